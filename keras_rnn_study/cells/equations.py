"""What every replay returns, and the few operations that they share."""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from keras_rnn_study.cells.loops import expand


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


def project_all(weights, x, h, initial):
    """x_t K + h_{t-1} R + b for all steps in one product: (time, batch, gates * units)."""
    recurrent = one_product(previous(h, initial), weights["recurrent_kernel"])
    return project_inputs(weights, x) + recurrent


def project_inputs(weights, x):
    """x_t K + b for all steps in one product: (time, batch, gates * units)."""
    z = one_product(x, weights["kernel"])
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


def step_over_masked(valid, new, old):
    """States after a step of a loop: the new ones, at masked samples the old ones.

    Args:
        valid: [booleans (batch,)], or [] without a mask.
        new: List of tensors (batch, ...).
        old: List of such tensors, from before the step.
    """
    if not valid:
        return new
    return [tf.where(expand(valid[0], a), a, b) for a, b in zip(new, old, strict=True)]


def one_product(x, kernel):
    """x_t K for all steps at once, where `@` would make one product a step."""
    return tf.tensordot(x, kernel, 1)


def product_over_time(a, b):
    """Sum over steps and samples of a_t^T b_t: (time, batch, n), (time, batch, m) to (n, m)."""
    a, b = (tf.reshape(tensor, [-1, tensor.shape[-1]]) for tensor in (a, b))
    return tf.matmul(a, b, transpose_a=True)
