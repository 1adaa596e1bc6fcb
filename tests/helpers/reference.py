"""The equations once more, in float64 NumPy, step by step and sample by sample.

Written from the textbook, sharing nothing with the toolkit: forward, and backpropagation through
time. The reference model is one recurrent layer and a dense head on every step, with the loss
L = sum_t w_t mean_b mean_k (y_t V + v - target)^2, of which "last step only" is w_t = [0, ..., 1].
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(cell, weights, x, initial, mask):
    """Runs one loop; all arrays (batch, time, ...). Returns states, gates, and what was shown."""
    batch, time, _ = x.shape
    units = weights["recurrent_kernel"].shape[0]
    states = {name: np.zeros((batch, time, units)) for name in initial}
    shown = np.zeros((batch, time, units))
    gates = {}
    for b in range(batch):
        state = {name: initial[name][b].copy() for name in initial}
        held = np.zeros(units)
        for t in range(time):
            if mask[b, t]:
                state, opened = STEPS[cell](weights, x[b, t], state)
                held = state["h"]
                for name, value in opened.items():
                    gates.setdefault(name, np.full((batch, time, units), np.nan))[b, t] = value
            for name in state:
                states[name][b, t] = state[name]
            shown[b, t] = held
    return states, gates, shown


def simple_rnn_step(w, x, state):
    h = np.tanh(x @ w["kernel"] + state["h"] @ w["recurrent_kernel"] + w["bias"])
    return {"h": h}, {}


def lstm_step(w, x, state):
    z = x @ w["kernel"] + state["h"] @ w["recurrent_kernel"] + w["bias"]
    n = len(z) // 4
    i, f, g, o = (
        sigmoid(z[:n]),
        sigmoid(z[n : 2 * n]),
        np.tanh(z[2 * n : 3 * n]),
        sigmoid(z[3 * n :]),
    )
    c = f * state["c"] + i * g
    return {"h": o * np.tanh(c), "c": c}, {"input": i, "forget": f, "candidate": g, "output": o}


def gru_step(w, x, state, reset_after=True):
    kz, kr, kh = np.split(w["kernel"], 3, axis=1)
    rz, rr, rh = np.split(w["recurrent_kernel"], 3, axis=1)
    bias = w["bias"] if reset_after else np.stack([w["bias"], 0 * w["bias"]])
    (bz, br, bh), (cz, cr, ch) = np.split(bias[0], 3), np.split(bias[1], 3)
    h = state["h"]
    z = sigmoid(x @ kz + bz + h @ rz + cz)
    r = sigmoid(x @ kr + br + h @ rr + cr)
    recalled = r * (h @ rh + ch) if reset_after else (r * h) @ rh
    g = np.tanh(x @ kh + bh + recalled)
    return {"h": z * h + (1 - z) * g}, {"update": z, "reset": r, "candidate": g}


def gru_before_step(w, x, state):
    return gru_step(w, x, state, reset_after=False)


STEPS = {
    "simple_rnn": simple_rnn_step,
    "lstm": lstm_step,
    "gru": gru_step,
    "gru_reset_before": gru_before_step,
}


def loss(weights, shown, target, step_weights):
    """Scalar loss of what the layer showed."""
    error = shown @ weights["head"] + weights["head_bias"] - target
    return float(np.sum(step_weights * np.mean(error**2, axis=(0, 2))))


def loss_gradient(weights, shown, target, step_weights):
    """dL/d(shown), (batch, time, units)."""
    error = shown @ weights["head"] + weights["head_bias"] - target
    scale = 2 * step_weights[None, :, None] / (error.shape[0] * error.shape[2])
    return (scale * error) @ weights["head"].T


def loss_from(cell, weights, x, initial, mask, target, step_weights, bump=None):
    """The loss, with a state changed on the way.

    `bump` is (state, sample, step, change): after that step the state is moved by `change`, and
    all that is computed from it moves along: an LSTM's h from its c within the same step too.
    """
    if bump is None:
        _, _, shown = forward(cell, weights, x, initial, mask)
        return loss(weights, shown, target, step_weights)
    name, b, t, change = bump
    states, _, shown = forward(cell, weights, x[:, : t + 1], initial, mask[:, : t + 1])
    after = {key: value[:, t].copy() for key, value in states.items()}
    held = shown[:, t].copy()
    if name == "c" and mask[b, t]:
        before = {key: (value[:, t - 1] if t else initial[key])[b] for key, value in states.items()}
        _, gates = STEPS[cell](weights, x[b, t], before)
        after["h"][b] = gates["output"] * np.tanh(after["c"][b] + change)
        after["c"][b] += change
        held[b] = after["h"][b]
    else:
        after[name][b] += change
        if name == "h" and mask[b, t]:
            held[b] = after["h"][b]
    rest = x[:, t + 1 :]
    _, _, later = forward(cell, weights, rest, after, mask[:, t + 1 :])
    # Masked steps right after the bump go on showing what was held.
    fresh = np.cumsum(mask[:, t + 1 :], axis=1) > 0
    later = np.where(fresh[..., None], later, held[:, None])
    shown = np.concatenate([shown[:, :t], held[:, None], later], axis=1)
    return loss(weights, shown, target, step_weights)


def total_gradients(cell, weights, x, initial, mask, target, step_weights):
    """dL/dstate by backpropagation through time, one step's Jacobian after the other.

    The Jacobians of a step are exact complex-step derivatives, so that no derivative is written
    down that could repeat a mistake of the code under test.
    """
    states, _, shown = forward(cell, weights, x, initial, mask)
    surface = loss_gradient(weights, shown, target, step_weights)
    batch, time, units = shown.shape
    totals = {name: np.zeros_like(shown) for name in states}
    direct = np.zeros_like(shown)
    inputs = np.zeros_like(x)
    for b in range(batch):
        arriving = {name: np.zeros(units) for name in states}
        held = np.zeros(units)
        for t in reversed(range(time)):
            held = held + surface[b, t]
            if not mask[b, t]:
                for name in states:
                    totals[name][b, t] = arriving[name]
                continue
            direct[b, t], held = held, np.zeros(units)
            before = {k: (v[b, t - 1] if t else initial[k][b]) for k, v in states.items()}
            dh = arriving["h"] + direct[b, t]
            totals["h"][b, t] = dh
            out = {"h": dh}
            if "c" in states:
                _, gates = STEPS[cell](weights, x[b, t], before)
                slope = gates["output"] * (1 - np.tanh(states["c"][b, t]) ** 2)
                totals["c"][b, t] = arriving["c"] + dh * slope
                out["c"] = arriving["c"]  # the step's own Jacobian has the path through h
            inputs[b, t], arriving = _step_gradients(cell, weights, x[b, t], before, out)
    return totals, direct, inputs


def _step_gradients(cell, weights, x, before, out, tiny=1e-30):
    """Gradients with respect to x and the old states, given those of the new ones."""

    def along(x, before):
        new, _ = STEPS[cell](weights, x, before)
        return sum(np.sum(out[name] * np.imag(new[name])) for name in new) / tiny

    dx = np.array([along(x + 1j * tiny * unit, before) for unit in np.eye(len(x))])
    arriving = {
        name: np.array(
            [
                along(x + 0j, before | {name: before[name] + 1j * tiny * unit})
                for unit in np.eye(len(before[name]))
            ]
        )
        for name in before
    }
    return dx, arriving
