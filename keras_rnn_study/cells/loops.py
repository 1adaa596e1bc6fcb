"""Loops over time: the one building block of the opened loop and of the replay.

Everything here is time-major, (time, batch, units), since a loop reads one step after another.
"""

import keras
import tensorflow as tf


def scan(step, carry, sequences, *, reverse=False):
    """Runs `step` over time; what `jax.lax.scan` does.

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
    _, pilot = step(carry, [x[0] for x in sequences])
    outputs = [tf.TensorArray(y.dtype, time, element_shape=y.shape) for y in pilot]

    def body(index, carry, outputs):
        at = time - 1 - index if reverse else index
        new_carry, ys = step(carry, [array.read(at) for array in arrays])
        for new, old in zip(new_carry, carry, strict=True):
            new.set_shape(old.shape)
        return index + 1, new_carry, [ta.write(at, y) for ta, y in zip(outputs, ys, strict=True)]

    _, carry, outputs = tf.while_loop(
        lambda index, *_: index < time, body, (0, list(carry), outputs), maximum_iterations=time
    )
    return carry, [array.stack() for array in outputs]


def swap_time(x):
    """(batch, time, ...) to (time, batch, ...), and back."""
    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])


def loop_order(layer, x):
    """(batch, time, ...) in the order of the input to (time, batch, ...) in that of the loop."""
    return tf.reverse(swap_time(x), [0]) if layer.go_backwards else swap_time(x)


def input_order(layer, x):
    """Undoes `loop_order`."""
    return swap_time(tf.reverse(x, [0]) if layer.go_backwards else x)


def loop_mask(layer, mask):
    """The mask as the loop meets it: booleans (time, batch), or `None`.

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


def work_dtype(dtype):
    """What replay and gradients are computed in: float32 at least."""
    return tf.float64 if dtype == tf.float64 else tf.float32


def expand(mask, x):
    """A mask (...) with axes of length 1 appended until it has as many as `x`."""
    return tf.reshape(mask, [*tf.unstack(tf.shape(mask)), *[1] * (len(x.shape) - len(mask.shape))])


def last_valid(mask):
    """Index of the last unmasked step up to each step, (time, batch) int32; -1 where none was."""
    steps = tf.range(tf.shape(mask)[0])[:, None]
    return tf.scan(tf.maximum, tf.where(mask, steps, -1))


def hold(values, mask, initial):
    """What a masked step shows: the value of the last unmasked step, `initial` before the first.

    Args:
        values: (time, batch, ...).
        mask: Booleans (time, batch); `None` returns `values`.
        initial: (batch, ...).
    """
    if mask is None:
        return values
    indices = last_valid(mask) + 1  # 0 is `initial`
    padded = tf.concat([initial[None], values], 0)
    batch = tf.broadcast_to(tf.range(tf.shape(indices)[1]), tf.shape(indices))
    return tf.gather_nd(padded, tf.stack([indices, batch], -1))


def fold(gradients, mask):
    """Transpose of `hold` for a zero `initial`: each step gets the gradients of its repeats too.

    Args:
        gradients: (time, batch, ...), with respect to what was shown at each step.
        mask: Booleans (time, batch); `None` returns `gradients`.
    """
    if mask is None:
        return gradients
    time, batch = tf.unstack(tf.shape(mask))
    held = last_valid(mask)
    # A negative segment is dropped: what is shown before the first unmasked step is constant.
    segments = tf.where(held < 0, -1, held * batch + tf.range(batch))
    summed = tf.math.unsorted_segment_sum(gradients, segments, time * batch)
    return tf.reshape(summed, tf.shape(gradients))
