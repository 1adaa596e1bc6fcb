"""C2: the gradient vanishes on its way back through time.

The article's chain of reasons: the derivatives of sigmoid and tanh approach 0 at both ends; so the
gradient shrinks with each step back; so steps beyond some depth contribute nothing.

Experiment, link by link, with a `SimpleRNN` on recall, from two starts (Keras' orthogonal recurrent
kernel, and glorot_uniform), before and after a short training, with several seeds:

- the derivatives themselves, at -10, 0 and 10;
- the total gradient dL/dh_t at each step: its horizon (how many steps back until a thousandth of
  its largest norm is left) and its decay; the decay again without the derivatives, when the
  kernel alone carries the gradient back; and the share of saturated units;
- what the steps beyond the horizon contribute to what is learned. The gradient of the recurrent
  kernel is a sum over the steps, dL/dR = sum_t h_{t-1}^T (dL/dh_t * tanh'_t), so it is split there:
  the norm of the far part over the sum of the norms of both.

Rule: in a situation (start, before or after training) the gradient vanishes if, for every seed, it
has a horizon within the sequence and the steps beyond contribute less than a hundredth. The claim
holds if the derivatives go to 0 and the gradient vanishes in every situation.
"""

import numpy as np

from keras_rnn_study.claims.claim import (
    FAILS,
    Claim,
    Judgement,
    missing,
    not_measured,
    verdict_of,
)

GAP = 100
STEPS = 100
SEEDS = (0, 1, 2)
STARTS = {"orthogonal": "keras", "glorot": "glorot"}
ENDS = (-10.0, 0.0, 10.0)
SMALL_SLOPE = 1e-3  # of the derivative in the middle
NOTHING = 0.01  # of the gradient


def contributions(states, gradients):
    """What each step contributes to the gradient of a SimpleRNN's recurrent kernel.

    Args:
        states: h_t, (batch, time, units), from a state of zero.
        gradients: Total dL/dh_t, (batch, time, units).

    Returns:
        float64, (time, units, units): h_{t-1}^T (dL/dh_t * tanh'_t), summed over the batch. Their
        sum over time is dL/dR.

    Example:

    >>> contributions([[[0.5], [0.5]]], [[[1.0], [4.0]]]).ravel()  # the first has no state before
    array([0. , 1.5])
    """
    h, gradients = np.float64(states), np.float64(gradients)
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    return np.einsum("btu,btv->tuv", before, gradients * (1 - h**2))


def share_beyond(contributed, depth):
    """The share of a gradient that comes from steps `depth` or more steps back from the end.

    Args:
        contributed: (time, ...), as `contributions` gives them.
        depth: Steps back from the end; the last step is 0 steps back.

    Returns:
        float between 0 and 1: the norm of the far steps' sum, over that plus the norm of the near
        steps' sum. (Over the norm of the whole it could be more than 1, as parts may cancel.)

    Example:

    >>> share_beyond(np.array([1.0, 0.0, 3.0]), depth=1)
    0.25
    """
    split = len(contributed) - depth
    far, near = (np.linalg.norm(part.sum(axis=0)) for part in np.split(contributed, [split]))
    return float(far / (far + near)) if far + near else float("nan")


def decay_without_slopes(last, recurrent_kernel, steps):
    """Log10 of the norm after so many steps back over that before, carried by the kernel alone.

    Args:
        last: dL/dh at the last step, (batch, units).
        recurrent_kernel: (units, units).
        steps: How far to carry it back.

    Example:

    >>> decay_without_slopes(np.ones((1, 2)), np.eye(2) / 10, steps=3)
    -3.0
    """
    kernel = np.float64(recurrent_kernel)
    first = np.float64(last) @ np.linalg.matrix_power(kernel.T, steps)
    norms = [np.linalg.norm(gradient, axis=-1).mean() for gradient in (first, last)]
    return float(np.log10(norms[0] / norms[1]))


def measure():
    """Runs the experiment: a quarter of a minute.

    Returns:
        dict: "time", "slopes" (dict of activation to its derivatives at -10, 0 and 10), and
        "situations": dict of a start and a time, such as "orthogonal, before training", to a dict
        of "horizon", "decay", "decay_without_slopes", "saturated", "beyond" and "far_half", lists
        of a number a seed. "beyond" is the share that steps beyond the horizon contribute,
        "far_half" that of the first half of the sequence.
    """
    seen = {}
    for start, init in STARTS.items():
        for seed in SEEDS:
            for when, numbers in _before_and_after(init, seed).items():
                lists = seen.setdefault(f"{start}, {when} training", {})
                for name, number in numbers.items():
                    lists.setdefault(name, []).append(number)
    return {"time": GAP + 2, "slopes": _slopes(), "situations": seen}


def judge(numbers):
    """What the numbers of `measure` say; see the rule above."""
    if lacking := missing(numbers):
        return not_measured(f"no number for {', '.join(lacking)}.")
    slopes, time = numbers["slopes"], numbers["time"]
    flat = {
        name: max(abs(left), abs(right)) < SMALL_SLOPE * middle
        for name, (left, middle, right) in slopes.items()
    }
    vanishes = {name: _vanishes(s, time) for name, s in numbers["situations"].items()}
    verdict = verdict_of(vanishes.values()) if all(flat.values()) else FAILS
    ends = "; ".join(
        f"{name} {left:.0e}, {middle:.2g}, {right:.0e}"
        for name, (left, middle, right) in slopes.items()
    )
    lines = [f"Derivatives at -10, 0 and 10: {ends}. Over {time} steps:"]
    lines += [f"{name}: {_told(s, time)}." for name, s in numbers["situations"].items()]
    if len(set(vanishes.values())) > 1:
        kept = "; ".join(name for name, gone in vanishes.items() if not gone)
        lines.append(f"Condition: not {kept}.")
    return Judgement(verdict, "\n".join(lines))


CLAIM = Claim(
    name="C2",
    statement="Vanishing gradient: the derivatives of sigmoid and tanh approach 0 at both ends, so "
    "going back in time the gradient shrinks until steps beyond some depth contribute nothing.",
    rule="The gradient vanishes if it falls below a thousandth within the sequence, and the steps "
    f"before that give less than {NOTHING:g} of the recurrent kernel's gradient, for every seed. "
    f"Holds if both derivatives end below {SMALL_SLOPE:g} of their middle and the gradient "
    "vanishes from every start, before and after training; with a condition if in some of these; "
    "else not.",
    measure=measure,
    judge=judge,
)


def _before_and_after(init, seed):
    """One network, traced before and after its training."""
    from keras_rnn_study.claims.training import probe, train
    from keras_rnn_study.run import Run

    model = (run := Run("recall", "simple_rnn", gap=GAP, init=init, seed=seed)).build()
    x, y = probe(run)
    before = _look(model, x, y)
    train(run, model, STEPS)
    return {"before": before, "after": _look(model, x, y)}


def _look(model, x, y):
    from keras_rnn_study import measures, trace

    layer = trace(model, x, y)["simple_rnn"]
    h, gradients = layer.states["h"], layer.state_gradients["h"]
    norms = measures.step_norms(gradients)
    horizon = measures.horizon(norms)
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    contributed = contributions(h, gradients)
    return {
        "horizon": horizon,
        "decay": measures.decay(norms),
        "decay_without_slopes": decay_without_slopes(gradients[:, -1], kernel, len(norms) - 1),
        "saturated": sum(measures.saturation(h, "tanh")),
        "beyond": share_beyond(contributed, horizon),
        "far_half": share_beyond(contributed, len(norms) // 2),
    }


def _slopes():
    """Derivatives of Keras' activations, by automatic differentiation."""
    import keras
    import tensorflow as tf

    slopes = {}
    for name in ("sigmoid", "tanh"):
        z = tf.constant(ENDS, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = keras.activations.get(name)(z)
        slopes[name] = tape.gradient(a, z).numpy().tolist()
    return slopes


def _vanishes(situation, time):
    return all(
        horizon < time and beyond < NOTHING
        for horizon, beyond in zip(situation["horizon"], situation["beyond"], strict=True)
    )


def _told(situation, time):
    """One situation in words; of several seeds the range."""
    decay, kernel = (
        f"10^{_range(situation[name], '.1f')}" for name in ("decay", "decay_without_slopes")
    )
    if _vanishes(situation, time):
        depth = _range(situation["horizon"], "d")
        reach = f"gone {depth} steps back, the rest gives {max(situation['beyond']):.1g}"
    else:
        reach = f"the first half still gives {_range(situation['far_half'], '.1g')}"
    saturated = _range([100 * share for share in situation["saturated"]], ".0f")
    return f"{reach}; decay {decay}, by the kernel alone {kernel}; {saturated} % saturated"


def _range(values, form):
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"
