"""The loop of a SimpleRNN on a GPU: the cuDNN kernel that Keras uses for LSTM and GRU only."""

import keras
import tensorflow as tf

from keras_rnn_study.cells.shared_algebra import read_weights
from keras_rnn_study.fusion.inner_loop import Run

_MODES = {keras.activations.tanh: "rnn_tanh", keras.activations.relu: "rnn_relu"}


def cudnn_loop(cell: keras.layers.Layer) -> Run:
    """Return a SimpleRNN's run over time, by `CudnnRNNV3`; its gradients are TensorFlow's own.

    Args:
        cell: `keras.layers.SimpleRNNCell` with tanh or relu.
    """

    def run(
        x: tf.Tensor, initial: list[tf.Tensor], mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        if mask is None:
            h = _unmasked(cell, x, initial[0])
            return h, [h[-1]]
        # cuDNN knows sequences that end early, but no other masks. So each sample's unmasked steps
        # come first, and what is computed after them is never looked at.
        first = tf.argsort(tf.cast(~mask, tf.int32), axis=0, stable=True)
        h = _unmasked(cell, _take(x, first), initial[0])
        done = tf.cumsum(tf.cast(mask, tf.int32))  # unmasked steps so far, with this one
        h = _take(tf.concat([initial[0][None], h], 0), done)
        return h, [h[-1]]

    return run


def _unmasked(cell: keras.layers.Layer, x: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Return h after each step, (time, batch, units)."""
    time, batch = tf.unstack(tf.shape(x)[:2])
    h, *_ = tf.raw_ops.CudnnRNNV3(
        input=x,
        input_h=initial[None],
        input_c=tf.zeros((), x.dtype),  # which a SimpleRNN has none of
        params=_parameters(cell, x.dtype),
        rnn_mode=_MODES[cell.activation],
        sequence_lengths=tf.fill([batch], time),
        time_major=True,
        is_training=True,  # else there are no gradients
    )
    return tf.ensure_shape(h, [*x.shape[:2], cell.units])


def _parameters(cell: keras.layers.Layer, dtype: tf.DType) -> tf.Tensor:
    """Return cuDNN's one vector: K and R by output unit, the inputs' bias, the state's bias."""
    weights = read_weights(cell, dtype)
    none = tf.zeros(cell.units, dtype)
    matrices = [tf.transpose(weights[name]) for name in ("kernel", "recurrent_kernel")]
    vectors = [*matrices, weights.get("bias", none), none]
    return tf.concat([tf.reshape(vector, [-1]) for vector in vectors], 0)


def _take(sequence: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
    """Return each sample's own steps of (time, batch, ...), by their indices (time, batch)."""
    samples = tf.broadcast_to(tf.range(tf.shape(steps)[1]), tf.shape(steps))
    return tf.gather_nd(sequence, tf.stack([steps, samples], -1))
