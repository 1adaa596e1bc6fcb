"""What every look inside a loop returns, and the few operations that the cells share."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.loops import expand


@dataclass(frozen=True, eq=False)
class Replay:
    """Some samples of one loop, seen from inside. Tensors are time-major: (time, samples, units).

    Samples do not meet in a recurrent layer, so a batch is looked into in parts, one per core; and
    what reduces it later takes the parts as they are, as joining them would copy all of it.

    Attributes:
        rows: Which samples of the batch.
        gates: dict of gate name to tensor.
        states: List of the states after each step: `[h]`, or `[h, c]`.
        backward: `backward(surface, arriving) -> (totals, input_gradients, arriving)`.
            `surface` (time, samples, units) is dL/dy_t; `arriving` is a list of (samples, units),
            the gradients with respect to the final states on the way in and to the initial states
            on the way out; `totals` is a list of total gradients, one per state.
    """

    rows: slice
    gates: Named
    states: Tensors
    backward: Callable[[tf.Tensor, Tensors], tuple[Tensors, tf.Tensor, Tensors]]


def read_weights(cell: keras.layers.Layer, dtype: tf.DType) -> Named:
    """Return a cell's weights by name, as the layer computes with them, in `dtype`.

    Read inside of the layer's call, so that mixed precision's rounding is in them.
    """
    return {w.name: tf.cast(tf.convert_to_tensor(w), dtype) for w in cell.weights}


def project_all(weights: Named, x: tf.Tensor, h: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Return x_t K + h_{t-1} R + b of all steps: (time, batch, gates * units)."""
    recurrent = one_product(previous(h, initial), weights["recurrent_kernel"])
    return project_inputs(weights, x) + recurrent


def project_inputs(weights: Named, x: tf.Tensor) -> tf.Tensor:
    """Return x_t K + b of all steps: (time, batch, gates * units)."""
    z = one_product(x, weights["kernel"])
    return z + weights["bias"] if "bias" in weights else z


def previous(states: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Return the state before each step: (time, batch, units) shifted by one."""
    return tf.concat([initial[None], states[:-1]], 0)


def at_unmasked(values: tf.Tensor, mask: tf.Tensor | None, otherwise: float) -> tf.Tensor:
    """Return `values` at unmasked steps, the number `otherwise` at masked ones."""
    if mask is None:
        return values
    return tf.where(expand(mask, values), values, tf.cast(otherwise, values.dtype))


def masked_steps(mask: tf.Tensor | None, like: tf.Tensor) -> Tensors:
    """Return [1 at masked and 0 at unmasked steps, (time, batch, 1)], or [] without a mask."""
    return [] if mask is None else [tf.cast(expand(~mask, like), like.dtype)]


def step_over_masked(valid: Tensors, new: Tensors, old: Tensors) -> Tensors:
    """Return the states after a step of a loop: new ones, at masked samples the old ones.

    Args:
        valid: [booleans (batch,)], or [] without a mask.
        new: List of tensors (batch, ...).
        old: List of such tensors, from before the step.
    """
    if not valid:
        return new
    return [tf.where(expand(valid[0], a), a, b) for a, b in zip(new, old, strict=True)]


def one_product(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Return x_t K of all steps at once, where `@` would make one product per step."""
    return tf.tensordot(x, kernel, 1)


def product_over_time(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Sum a_t^T b_t over steps and samples: (time, batch, n), (time, batch, m) to (n, m)."""
    a, b = (tf.reshape(tensor, [-1, tensor.shape[-1]]) for tensor in (a, b))
    return tf.matmul(a, b, transpose_a=True)
