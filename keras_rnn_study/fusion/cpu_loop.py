"""The loop on a CPU: the faster of two for each case, and a part of the batch for each core."""

import keras
import tensorflow as tf

from keras_rnn_study.cells.devices import batch_parts, batch_size, join
from keras_rnn_study.cells.shared_algebra import read_weights
from keras_rnn_study.fusion.block_loop import run_block, takes_block
from keras_rnn_study.fusion.inner_loop import Run
from keras_rnn_study.fusion.xla_loop import XlaLoop


def cpu_loop(cell: keras.layers.Layer) -> Run:
    """Return one cell's run over time on all cores, as samples do not meet in a recurrent layer.

    Args:
        cell: `SimpleRNNCell`, `LSTMCell` or `GRUCell` whose activations `has_slope_at` accepts,
            each time that it runs.
    """
    compiled: dict[tuple, XlaLoop] = {}  # one for each of the settings that the cell had

    def run_part(
        weights: dict[str, tf.Tensor],
        x: tf.Tensor,
        initial: list[tf.Tensor],
        mask: tf.Tensor | None,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        if takes_block(cell, x, mask):
            return run_block(weights, x, initial)
        settings = _settings(cell)
        if settings not in compiled:
            compiled[settings] = XlaLoop(cell)
        return compiled[settings](weights, x, initial, mask)

    def run(
        x: tf.Tensor, initial: list[tf.Tensor], mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        weights = read_weights(cell, x.dtype)
        parts = [
            run_part(
                weights,
                x[:, rows],
                [state[rows] for state in initial],
                None if mask is None else mask[:, rows],
            )
            for rows in batch_parts(batch_size(x))
        ]
        return join([h for h, _ in parts], axis=1), join([final for _, final in parts], axis=0)

    return run


def _settings(cell: keras.layers.Layer) -> tuple:
    """Return what a cell's equations depend on beside its weights; a user may change it."""
    names = ("activation", "recurrent_activation", "reset_after")
    return tuple(getattr(cell, name, None) for name in names)
