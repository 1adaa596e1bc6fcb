"""Norms inside of a TensorFlow graph: rows of a variable that the graph holds."""

import concurrent.futures
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_rnn_study.seams.gradient_arithmetic import (
    is_first_replica,
    root,
    squared_norm,
    summed_over_replicas,
)


class TensorFlowBuffer:
    """See `NormBuffer`. Gradients are summed over replicas, and the first replica writes."""

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns

        def create() -> tuple[tf.Variable, tf.Variable]:
            buffer = tf.Variable(tf.zeros((rows, columns), tf.float64), trainable=False)
            return buffer, tf.Variable(0, dtype=tf.int64, trainable=False)

        # Graphs being traced and scopes of distribution strategies are a thread's own: created in
        # a fresh thread, these are plain variables, one for all replicas.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            self._buffer, self._count = thread.submit(create).result()

    def norms(
        self, gradients: Sequence[tf.Tensor | tf.IndexedSlices], scale: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """See `NormBuffer`."""
        whole = summed_over_replicas(gradients)
        squares = [squared_norm(g) / tf.cast(scale, tf.float64) ** 2 for g in whole]
        return root(squares), [tf.sqrt(square) for square in squares]

    def write(self, step: tf.Tensor, values: dict[int, tf.Tensor]) -> None:
        """See `NormBuffer`."""
        if not is_first_replica():  # all took part in the sums, one writes them down
            return
        row = [step, *(values.get(column, np.nan) for column in range(1, self._columns))]
        at = tf.math.floormod(self._count, self._rows)
        self._buffer.scatter_nd_update(
            [[at]], [tf.stack([tf.cast(value, tf.float64) for value in row])]
        )
        self._count.assign_add(1)

    def written(self) -> int:
        """See `NormBuffer`."""
        with tf.init_scope():  # the garbage collector may ask while a graph is being traced
            return int(self._count.numpy())

    def read(self, rows: np.ndarray) -> np.ndarray:
        """See `NormBuffer`."""
        with tf.init_scope():
            return tf.gather(self._buffer, rows).numpy()
