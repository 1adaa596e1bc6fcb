"""An LSTM in NumPy that can be operated on while it runs: what lesson 10 does to a trained one.

`run` computes what the layer computes, step by step, and lets gates be held still and states be
changed on the way. `erase` and `swap` are such changes, `read_out` says what a state tells.
"""

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # it would bring TensorFlow, before `start` has made it quiet
    import keras

GATES = ("input", "forget", "candidate", "output")  # Keras' order
States = dict[str, np.ndarray]  # "h" and "c": (batch, units)
Change = Callable[[int, States], States]


def run(
    layer: "keras.layers.LSTM",
    x: np.ndarray,
    change: Change | None = None,
    frozen: Mapping[str, np.ndarray] | None = None,
) -> States:
    """Run an LSTM over x, with or without an operation.

    Args:
        layer: A built `keras.layers.LSTM` with Keras' own activations.
        x: (batch, time, features).
        change: Called after each step with its number and the states; returns the states that go
            on to the next step, and to the rest of the network.
        frozen: Gates that are held still: name to value, (units,).

    Returns:
        "h" and "c" after each step, changes included: float64 (batch, time, units).
    """
    W, U, b = (np.float64(weight) for weight in layer.get_weights())
    states = {
        "h": np.zeros((len(x), layer.units)),
        "c": np.zeros((len(x), layer.units)),
    }
    kept = []
    for t in range(x.shape[1]):
        z = np.split(x[:, t] @ W + states["h"] @ U + b, 4, axis=-1)
        values = _sigmoid(z[0]), _sigmoid(z[1]), np.tanh(z[2]), _sigmoid(z[3])
        gates = dict(zip(GATES, values, strict=True))
        gates |= frozen or {}
        c = gates["forget"] * states["c"] + gates["input"] * gates["candidate"]
        states = {"h": gates["output"] * np.tanh(c), "c": c}
        states = states if change is None else change(t, states)
        kept.append(states)
    return {name: np.stack([one[name] for one in kept], axis=1) for name in ("h", "c")}


def erase(names: str, steps: Container[int]) -> Change:
    """Replace states at some steps by their mean over the samples, which tells nothing of one.

    Args:
        names: "h", "c" or "hc".
        steps: After which steps.
    """

    def change(t: int, states: States) -> States:
        if t not in steps:
            return states
        return states | {
            n: np.broadcast_to(states[n].mean(0), states[n].shape) for n in names
        }

    return change


def swap(names: str, step: int, partner: np.ndarray) -> Change:
    """Give each sample its partner's states, after one step.

    Args:
        names: "h", "c" or "hc".
        step: After which step.
        partner: Index of each sample's partner, (batch,).
    """

    def change(t: int, states: States) -> States:
        return states | {n: states[n][partner] for n in names if t == step}

    return change


def answer(model: "keras.Model", states: States) -> np.ndarray:
    """Return the class that a model's dense layer reads from the last h, (batch,)."""
    weights, bias = model.get_layer("answer").get_weights()
    return (states["h"][:, -1] @ weights + bias).argmax(axis=-1)


def read_out(
    known: np.ndarray, y: np.ndarray, asked: np.ndarray, ridge: float = 1e-6
) -> np.ndarray:
    """Return what a linear read-out, fitted to `known` by least squares, says of `asked`.

    Args:
        known: States of the samples to fit, (samples, units).
        y: Their classes, (samples,).
        asked: States of other samples, (others, units).
        ridge: Added to the squares, so that there is one answer.
    """
    a, targets = np.c_[known, np.ones(len(known))], np.eye(y.max() + 1)[y]
    weights = np.linalg.solve(a.T @ a + ridge * np.eye(a.shape[1]), a.T @ targets)
    return (np.c_[asked, np.ones(len(asked))] @ weights).argmax(axis=1)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))
