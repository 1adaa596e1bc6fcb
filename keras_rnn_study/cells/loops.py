"""Loops over time: the one building block of the opened loop and of the replay.

Everything here is time-major, (time, batch, units), since a loop reads one step after another.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf


def scan(
    step: Callable[[list[tf.Tensor], list[tf.Tensor]], tuple[list[tf.Tensor], list[tf.Tensor]]],
    carry: Sequence[tf.Tensor],
    sequences: Sequence[tf.Tensor],
    *,
    reverse: bool = False,
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Run `step` over time, as `jax.lax.scan` does.

    `keras.ops.scan` wants outputs of the carry's shape and `tf.scan` keeps the carry of every
    step; a backward recursion needs neither.

    Args:
        step: `step(carry, slices) -> (carry, outputs)`, all lists of tensors.
        carry: List of tensors (batch, ...), what goes from step to step.
        sequences: List of tensors (time, batch, ...).
        reverse: If `True`, from the last step to the first.

    Returns:
        Tuple `(carry, outputs)`: the carry after the loop, a list of tensors (batch, ...), and the
        outputs of all steps in the order of time, a list of tensors (time, batch, ...).
    """
    time = sequences[0].shape[0] or tf.shape(sequences[0])[0]
    arrays = [
        tf.TensorArray(x.dtype, time, element_shape=x.shape[1:]).unstack(x) for x in sequences
    ]
    # The step on the first slices tells how many outputs there are and of which kind. Nothing uses
    # its values, so the graph's optimiser drops it.
    _, pilot = step(list(carry), [x[0] for x in sequences])
    outputs = [tf.TensorArray(y.dtype, time, element_shape=y.shape) for y in pilot]

    def body(
        index: tf.Tensor, carry: list[tf.Tensor], outputs: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.TensorArray]]:
        at = time - 1 - index if reverse else index
        new_carry, ys = step(carry, [array.read(at) for array in arrays])
        for new, old in zip(new_carry, carry, strict=True):
            new.set_shape(old.shape)
        return index + 1, new_carry, [ta.write(at, y) for ta, y in zip(outputs, ys, strict=True)]

    _, final, outputs = tf.while_loop(
        lambda index, *_: index < time, body, (0, list(carry), outputs), maximum_iterations=time
    )
    return final, [array.stack() for array in outputs]


def swap_time(x: tf.Tensor) -> tf.Tensor:
    """Turn (batch, time, ...) into (time, batch, ...), and back."""
    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])


def loop_order(layer: keras.layers.RNN, x: tf.Tensor) -> tf.Tensor:
    """Turn (batch, time, ...) in the input's order into (time, batch, ...) in the loop's."""
    return tf.reverse(swap_time(x), [0]) if layer.go_backwards else swap_time(x)


def input_order(layer: keras.layers.RNN, x: tf.Tensor) -> tf.Tensor:
    """Undo `loop_order`."""
    return swap_time(tf.reverse(x, [0]) if layer.go_backwards else x)


def loop_mask(layer: keras.layers.RNN, mask: Any) -> tf.Tensor | None:
    """Return the mask as the loop meets it: booleans (time, batch), or `None`.

    Args:
        layer: A `keras.layers.RNN`.
        mask: What its `inner_loop` was given: (batch, time), (batch, time, 1), such in a list, or
            `None`.
    """
    mask = keras.tree.flatten(mask)[0] if keras.tree.is_nested(mask) else mask
    if mask is None:
        return None
    mask = tf.squeeze(mask, -1) if len(mask.shape) == 3 else mask
    return loop_order(layer, tf.cast(mask, tf.bool))


def work_dtype(dtype: tf.DType) -> tf.DType:
    """Return what replay and gradients are computed in: float32 at least."""
    return tf.float64 if dtype == tf.float64 else tf.float32


def expand(mask: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Append axes of length 1 to a mask (...) until it has as many as `x`."""
    return tf.reshape(mask, [*tf.unstack(tf.shape(mask)), *[1] * (len(x.shape) - len(mask.shape))])
