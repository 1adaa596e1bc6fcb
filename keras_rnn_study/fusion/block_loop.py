"""The loop of a small LSTM on a CPU: TensorFlow's `BlockLSTMV2`, one operation for all steps.

It starts sooner than what XLA compiles, and leaves every gate for its gradient. But its gradient
adds to the weights' gradient at each step, where `XlaLoop` has one product after the loop: with
many units that is slower.
"""

import keras
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import is_within_xla

# Of its one weight matrix. In a step of fit (64 samples, 100 steps, on 2 cores) it took 0.65 to 0.8
# of `XlaLoop`'s time at up to 96 rows; at 98 it depended on the batch; at 114 it took 1.3 of it.
_MOST_ROWS = 96


def takes_block(cell, x, mask):
    """Whether `BlockLoop` computes what this cell does, and is the faster loop for it."""
    return (
        type(cell) is keras.layers.LSTMCell
        and cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and x.dtype == tf.float32
        and mask is None
        and x.shape[-1] + cell.units <= _MOST_ROWS
        and not is_within_xla()
    )


class BlockLoop:
    """An LSTM's run over time; see `XlaLoop`, whose signature it has.

    Args:
        cell: `LSTMCell` for which `takes_block` holds.
    """

    def __init__(self, cell):
        self._units = cell.units

    def __call__(self, weights, x, initial, mask):
        """Runs; `mask` is `None`."""

        @tf.custom_gradient
        def recurrence(x, h, c, kernel, bias):
            peephole = tf.zeros(self._units)  # weights of an LSTM that Keras has not
            inputs = {
                "seq_len_max": tf.shape(x, out_type=tf.int64)[0],
                **{"x": x, "cs_prev": c, "h_prev": h, "w": kernel, "b": bias},
                **{"wci": peephole, "wcf": peephole, "wco": peephole, "use_peephole": False},
            }
            run = tf.raw_ops.BlockLSTMV2(**inputs, cell_clip=0.0)  # at 0 it does not clip

            def gradient(surface, arriving):
                # What arrives from after the last step.
                to_c = tf.pad(arriving[None], [[tf.shape(x)[0] - 1, 0], [0, 0], [0, 0]])
                back = tf.raw_ops.BlockLSTMGradV2(
                    **inputs, **run._asdict(), cs_grad=to_c, h_grad=surface
                )
                # Of no samples, it leaves these as they lay in memory.
                of_weights = [tf.where(tf.size(h) > 0, g, 0.0) for g in (back.w_grad, back.b_grad)]
                return back.x_grad, back.h_prev_grad, back.cs_prev_grad, *of_weights

            return (run.h, run.cs[-1]), gradient

        kernel = tf.concat([weights["kernel"], weights["recurrent_kernel"]], 0)
        bias = weights.get("bias", tf.zeros(4 * self._units))
        h, c = recurrence(x, *initial, kernel, bias)
        return tf.ensure_shape(h, [*x.shape[:2], self._units]), [h[-1], c]
