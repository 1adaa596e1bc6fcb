"""C1: an RNN is a chain of one repeated module; in the plain RNN it is a single tanh layer.

Experiment: a `SimpleRNN` learns a little of "I grew up in France ... I speak fluent ___", and reads
sentences, a short one and a long one. Beside it `chain` below runs in float64 NumPy: one function,
with the same weights at every step. If the claim is right, each state of the layer comes out.

Rule: it holds if every state agrees to float32 rounding, the number of weights is the same for both
lengths, and the layer has one block of weights with a tanh behind it. A chain without the tanh is
run as well: should that agree too, the states would be too small to show a tanh at all, and the
experiment said nothing.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.claims.agreement import COARSE, FLOAT32, RULE, agreement, largest_difference
from keras_rnn_study.claims.claim import (
    CONDITION,
    FAILS,
    Claim,
    Judgement,
    Numbers,
    missing,
    not_measured,
)

if TYPE_CHECKING:
    import keras

Activation = Callable[[np.ndarray], np.ndarray]
Weights = Sequence[np.ndarray]

GAPS = (10, 50)
STEPS = 60
SAMPLES = 64


def module(
    x: np.ndarray, h: np.ndarray, weights: Weights, activation: Activation = np.tanh
) -> np.ndarray:
    """Run the module once: one layer, which sees the input of its step and the state before it.

    Args:
        x: (batch, features).
        h: (batch, units).
        weights: `kernel, recurrent_kernel, bias`.
        activation: Function of an array.

    Returns:
        The new state, (batch, units).
    """
    kernel, recurrent_kernel, bias = weights
    return activation(x @ kernel + h @ recurrent_kernel + bias)


def chain(x: np.ndarray, weights: Weights, activation: Activation = np.tanh) -> np.ndarray:
    """Run the chain: the same module with the same weights at every step, from a state of zero.

    Args:
        x: (batch, time, features).
        weights: As `module` takes them.
        activation: Of the module.

    Returns:
        All states, (batch, time, units).

    Example:

    >>> ones = np.ones((1, 1))
    >>> chain(np.ones((1, 3, 1)), (ones, ones, np.zeros(1)), activation=lambda z: z).ravel()
    array([1., 2., 3.])
    """
    h = np.zeros((len(x), len(weights[1])))
    states = []
    for t in range(x.shape[1]):
        h = module(x[:, t], h, weights, activation)
        states.append(h)
    return np.stack(states, axis=1)


def measure() -> Numbers:
    """Run the experiment: a few seconds.

    Returns:
        dict: "steps" (lengths of the sequences), "difference" (the largest, over all states and
        both lengths), "difference_without_tanh", "weights" (their number, built for each length),
        "blocks" (of each cell's kernel), "activation" (its name).
    """
    import keras

    from keras_rnn_study import fused
    from keras_rnn_study.runs import Run, train

    run = Run("language", "simple_rnn", gap=GAPS[0], learning_rate=0.01, steps=STEPS)
    model = run.build()
    with fused(model):
        train(run, model)
    sequences = [_sequence(model, gap) for gap in GAPS]
    return {
        "steps": [sequence["steps"] for sequence in sequences],
        "difference": max(sequence["difference"] for sequence in sequences),
        "difference_without_tanh": min(sequence["without_tanh"] for sequence in sequences),
        "weights": [
            _built(keras.layers.SimpleRNN, sequence["steps"]).count_params()
            for sequence in sequences
        ],
        "blocks": {
            "simple_rnn": _blocks(_built(keras.layers.SimpleRNN, 1)),
            "lstm": _blocks(_built(keras.layers.LSTM, 1)),
        },
        "activation": sequences[0]["activation"],
    }


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    if lacking := missing(numbers):
        return not_measured(f"no number for {', '.join(lacking)}.")
    difference, linear = numbers["difference"], numbers["difference_without_tanh"]
    if linear <= COARSE:
        return not_measured(
            f"a chain without tanh agrees as well, to {linear:.1g}: the states were too small to "
            "tell."
        )
    blocks, weights = numbers["blocks"], numbers["weights"]
    verdict = agreement(difference)
    if len(set(weights)) > 1 or blocks["simple_rnn"] != 1 or numbers["activation"] != "tanh":
        verdict = FAILS
    lengths = " and ".join(map(str, numbers["steps"]))
    evidence = (
        f"Over {lengths} steps one tanh layer, repeated with the same weights in float64, gives "
        f"every state of the SimpleRNN to within {difference:.1g} (without the tanh: {linear:.1g})."
        f"\nWeights, built for these lengths: {' and '.join(map(str, weights))}. Blocks of "
        f"weights: {blocks['simple_rnn']} (LSTM: {blocks['lstm']}); activation: "
        f"{numbers['activation']}."
    )
    if verdict == CONDITION:
        evidence += (
            f"\nCondition: only to the coarser rounding of this machine, not to {FLOAT32:g}."
        )
    return Judgement(verdict, evidence)


CLAIM = Claim(
    name="C1",
    statement="An RNN is a chain of one repeated module; in the plain RNN the module is a single "
    "tanh layer.",
    rule="Holds if one tanh layer, repeated in NumPy, gives every state of the Keras layer, with "
    f"as many weights for a long sequence as for a short one: {RULE}.",
    measure=measure,
    judge=judge,
)


def _sequence(model: "keras.Model", gap: int) -> Numbers:
    """Find how far the layer's states are from the chain's, on sentences with that gap."""
    from keras_rnn_study import trace
    from keras_rnn_study.datasets import language

    tokens, _ = language.make(SAMPLES, gap=gap, seed=1)
    layer = trace(model, tokens)["simple_rnn"]
    cell = model.get_layer("simple_rnn").cell
    weights = [np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias)]
    x = np.float64(model.get_layer("embedding").embeddings)[tokens]
    return {
        "steps": x.shape[1],
        "difference": largest_difference(layer.states["h"], chain(x, weights)),
        "without_tanh": largest_difference(
            layer.states["h"], chain(x, weights, activation=np.asarray)
        ),
        "activation": layer.activations["h"],
    }


def _built(layer_class: type["keras.layers.RNN"], steps: int) -> "keras.layers.RNN":
    layer = layer_class(32)
    layer.build((None, steps, 32))
    return layer


def _blocks(layer: "keras.layers.RNN") -> int:
    return int(layer.cell.kernel.shape[-1] // layer.units)
