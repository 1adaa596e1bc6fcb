"""What Keras' loop over time shows at masked steps, and where gradients of that belong.

A step that is masked changes no state. What the layer puts out there is its last unmasked output
(zero before the first), or zero with `zero_output_for_mask`; cuDNN shows zero in any case. Whoever
replaces `RNN.inner_loop` has to do the same. All tensors are time-major, (time, batch, ...), and
masks (time, batch), in the order in which the loop runs.
"""

import keras
import tensorflow as tf

from keras_rnn_study.cells.loops import expand
from keras_rnn_study.cells.shared_algebra import at_unmasked


def shown(layer: keras.layers.RNN, held: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """Return what `layer` shows at each step.

    Args:
        layer: The recurrent layer.
        held: Its outputs, (time, batch, ...), repeated at masked steps, as `hold` returns them.
        mask: Booleans (time, batch), or `None`.
    """
    if mask is None:
        return held
    if not layer.zero_output_for_mask:
        mask = tf.cumsum(tf.cast(mask, tf.int32)) > 0  # no loop, as training runs this too
    return at_unmasked(held, mask, 0.0)


def repeats(emitted: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor | None:
    """Return whether a loop repeated its outputs at masked steps, or showed zero as cuDNN does.

    No public name tells which kernel ran. Only zeros count as zero: an output that is not a
    number, and is repeated, says nothing of the other samples.

    Args:
        emitted: All outputs of the loop, (time, batch, ...).
        mask: Booleans (time, batch), or `None`.

    Returns:
        Scalar boolean tensor; `None` without a mask.
    """
    if mask is None:
        return None
    held = hold(emitted, mask, tf.zeros_like(emitted[0]))
    masked = expand(~mask, emitted)
    all_zero = tf.reduce_all(~masked | (emitted == 0))
    return ~(all_zero & tf.reduce_any(masked & (held != 0)))


def to_outputs(
    layer: keras.layers.RNN,
    gradients: tf.Tensor,
    mask: tf.Tensor | None,
    repeats: tf.Tensor | bool | None = True,
) -> tf.Tensor:
    """Turn gradients of what was shown into those of the unmasked outputs: `shown` transposed.

    Args:
        layer: The recurrent layer.
        gradients: With respect to what it showed, (time, batch, ...).
        mask: Booleans (time, batch), or `None`.
        repeats: What `repeats` found.

    Returns:
        Tensor (time, batch, ...), zero at masked steps.
    """
    if mask is None:
        return gradients
    dropped = at_unmasked(gradients, mask, 0.0)
    if layer.zero_output_for_mask:
        return dropped
    return tf.where(repeats, _fold(gradients, mask), dropped)


def hold(values: tf.Tensor, mask: tf.Tensor | None, initial: tf.Tensor) -> tf.Tensor:
    """Repeat at masked steps the value of the last unmasked one, `initial` before the first.

    Args:
        values: (time, batch, ...).
        mask: Booleans (time, batch); `None` returns `values`.
        initial: (batch, ...).
    """
    if mask is None:
        return values
    indices = _last_unmasked(mask) + 1  # 0 is `initial`
    padded = tf.concat([initial[None], values], 0)
    batch = tf.broadcast_to(tf.range(tf.shape(indices)[1]), tf.shape(indices))
    return tf.gather_nd(padded, tf.stack([indices, batch], -1))


def _fold(gradients: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Add to each unmasked step's gradients those of the masked steps that repeat it."""
    time, batch = tf.unstack(tf.shape(mask))
    held = _last_unmasked(mask)
    # A negative segment is dropped: what is shown before the first unmasked step is constant.
    segments = tf.where(held < 0, -1, held * batch + tf.range(batch))
    summed = tf.math.unsorted_segment_sum(gradients, segments, time * batch)
    return tf.reshape(summed, tf.shape(gradients))


def _last_unmasked(mask: tf.Tensor) -> tf.Tensor:
    """Return the index of the last unmasked step up to each, (time, batch); -1 where none was."""
    steps = tf.range(tf.shape(mask)[0])[:, None]
    return tf.scan(tf.maximum, tf.where(mask, steps, -1))
