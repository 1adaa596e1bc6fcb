"""What every replay returns, and the few operations that they share."""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from keras_rnn_study.loops import expand


@dataclass(frozen=True)
class Replay:
    """One loop, seen from inside. Tensors are time-major: (time, batch, units).

    Attributes:
        gates: dict of gate name to tensor.
        states: List of the states after each step: `[h]`, or `[h, c]`.
        backward: `backward(surface, arriving) -> (totals, input_gradients, arriving)`.
            `surface` (time, batch, units) is dL/dy_t; `arriving` is a list of (batch, units), the
            gradients with respect to the final states on the way in and to the initial states on
            the way out; `totals` is a list of total gradients, one a state.
    """

    gates: dict
    states: list
    backward: Callable


def read_weights(cell, dtype):
    """The weights of one of Keras' own cells, as the layer computes with them, in `dtype`.

    Read inside of the layer's call, so that mixed precision's rounding is in them.
    """
    names = ("kernel", "recurrent_kernel", "bias")
    weights = {name: getattr(cell, name) for name in names if getattr(cell, name) is not None}
    return {name: tf.cast(tf.convert_to_tensor(w), dtype) for name, w in weights.items()}


def project(weights, x, h, initial):
    """x_t K + h_{t-1} R + b for all steps in one product: (time, batch, gates * units)."""
    z = x @ weights["kernel"] + previous(h, initial) @ weights["recurrent_kernel"]
    return z + weights["bias"] if "bias" in weights else z


def previous(states, initial):
    """The state before each step: (time, batch, units) shifted by one."""
    return tf.concat([initial[None], states[:-1]], 0)


def at_unmasked(values, mask, otherwise):
    """`values` at unmasked steps, the number `otherwise` at masked ones."""
    if mask is None:
        return values
    return tf.where(expand(mask, values), values, tf.cast(otherwise, values.dtype))


def masked_steps(mask, like):
    """[1 at masked and 0 at unmasked steps, (time, batch, 1)], or [] without a mask."""
    return [] if mask is None else [tf.cast(expand(~mask, like), like.dtype)]
