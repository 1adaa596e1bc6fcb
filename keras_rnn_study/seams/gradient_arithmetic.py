"""Norms of gradients inside of a graph: dense and sparse ones, on one replica or several."""

from collections.abc import Sequence

import tensorflow as tf


def root(squares: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the norm of the whole, from the squared norms of its parts."""
    # Not `tf.add_n`: its order depends on which values others still need at that moment.
    return tf.sqrt(tf.reduce_sum(tf.stack(squares))) if squares else tf.zeros((), tf.float64)


def squared_norm(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    """Return the sum of squares in float64: squares of exploding gradients overflow float32."""
    if isinstance(gradient, tf.IndexedSlices):
        gradient = _rows(gradient)
    return tf.reduce_sum(tf.square(tf.cast(gradient, tf.float64)))


def summed_over_replicas(
    grads: Sequence[tf.Tensor | tf.IndexedSlices],
) -> Sequence[tf.Tensor | tf.IndexedSlices]:
    """Return the sums over all replicas of a distribution strategy."""
    replicas = tf.distribute.get_replica_context()
    if replicas is None or replicas.num_replicas_in_sync == 1 or not grads:
        return grads
    return replicas.all_reduce("SUM", [tf.convert_to_tensor(g) for g in grads])


def is_first_replica() -> bool:
    """Return whether this is the first replica, or the only one."""
    replicas = tf.distribute.get_replica_context()
    if replicas is None or replicas.num_replicas_in_sync == 1:
        return True
    return tf.get_static_value(replicas.replica_id_in_sync_group) == 0


def _rows(slices: tf.IndexedSlices) -> tf.Tensor:
    """Return the rows of a sparse gradient, with those that occur several times added up.

    As many rows as there are indices, some of them zero: what a compiler of static shapes can do,
    where the dense gradient of a large embedding would take longer than the step.
    """
    order = tf.argsort(slices.indices)
    indices = tf.gather(slices.indices, order)
    is_new = tf.cast(indices[1:] != indices[:-1], tf.int32)
    segments = tf.concat([tf.zeros([1], tf.int32), tf.cumsum(is_new)], 0)
    values = tf.gather(tf.cast(slices.values, tf.float64), order)
    return tf.math.unsorted_segment_sum(values, segments, tf.shape(indices)[0])
