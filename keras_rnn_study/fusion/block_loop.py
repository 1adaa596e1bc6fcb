"""The loop of a small LSTM on a CPU: TensorFlow's `BlockLSTMV2`, one operation for all steps.

It takes sequences of any length, starts sooner than what XLA compiles, and leaves every gate for
its gradient. But its gradient adds to the weights' gradient at each step, where `XlaLoop` has one
product after the loop: with many units that is slower.
"""

from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.fusion.once import run_with_gradient
from keras_rnn_study.seams.keras_internals import is_within_xla

# Most features + units for which this is the faster loop. In a step of fit (64 samples, 100 steps,
# 2 cores) it took 0.65 to 0.8 of `XlaLoop`'s time up to 96, and 1.3 of it at 114.
_MOST_ROWS = 96


def takes_block(cell: keras.layers.Layer, x: tf.Tensor, mask: tf.Tensor | None) -> bool:
    """Return whether `run_block` computes what this cell does, and is the faster loop for it."""
    return (
        type(cell) is keras.layers.LSTMCell
        and cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and x.dtype == tf.float32
        and mask is None
        and x.shape[-1] + cell.units <= _MOST_ROWS
        and not is_within_xla()
    )


def run_block(
    weights: dict[str, tf.Tensor], x: tf.Tensor, initial: list[tf.Tensor]
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Run an LSTM for which `takes_block` holds over time.

    Args:
        weights: What `read_weights` returns for its cell.
        x: Inputs, (time, batch, features), in the order in which the loop runs.
        initial: `[h, c]`, (batch, units) each.

    Returns:
        Tuple `(h, final)`: h after each step, (time, batch, units), and `[h, c]` after the last.
    """
    units = weights["recurrent_kernel"].shape[0]
    kernel = tf.concat([weights["kernel"], weights["recurrent_kernel"]], 0)
    bias = weights.get("bias", tf.zeros(4 * units))
    h, c = run_with_gradient(_forward, _backward, [x, *initial, kernel, bias])
    return tf.ensure_shape(h, [*x.shape[:2], units]), [h[-1], c]


def _forward(*inputs: tf.Tensor) -> tuple:
    """Return h of all steps and the last c, and what `_backward` needs of the run."""
    run = tf.raw_ops.BlockLSTMV2(**_arguments(*inputs), cell_clip=0.0)  # at 0 it does not clip
    return (run.h, run.cs[-1]), run


def _backward(inputs: list, run: Any, to_h: tf.Tensor, to_c: tf.Tensor) -> list[tf.Tensor]:
    """Return the gradients of `inputs`, from those of all steps' h and of the last c."""
    x, h, *_ = inputs
    # Of c nothing is seen but what comes after the last step.
    to_c = tf.pad(to_c[None], [[tf.shape(x)[0] - 1, 0], [0, 0], [0, 0]])
    back = tf.raw_ops.BlockLSTMGradV2(
        **_arguments(*inputs), **run._asdict(), cs_grad=to_c, h_grad=to_h
    )
    # For an empty batch the kernel does not write the weights' gradients: what lay in memory.
    to_weights = [tf.where(tf.size(h) > 0, g, 0.0) for g in (back.w_grad, back.b_grad)]
    return [back.x_grad, back.h_prev_grad, back.cs_prev_grad, *to_weights]


def _arguments(
    x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor
) -> dict[str, Any]:
    """Return what both operations are given."""
    peephole = tf.zeros(bias.shape[0] // 4)  # weights of an LSTM that Keras has not
    return {
        "seq_len_max": tf.shape(x, out_type=tf.int64)[0],
        **{"x": x, "cs_prev": c, "h_prev": h, "w": kernel, "b": bias},
        **{"wci": peephole, "wcf": peephole, "wco": peephole, "use_peephole": False},
    }
