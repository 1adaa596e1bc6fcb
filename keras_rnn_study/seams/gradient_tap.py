"""The second seam: `optimizer.apply`, where a training step hands over its gradients.

Read there, inside of the compiled step, gradients are the ones that the step really uses: no
second pass. Their norms go into a ring buffer that the graph holds, and are fetched once in a
while; so every step is recorded and none waits.
"""

import concurrent.futures
import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import clipped
from keras_rnn_study.seams.replaced import Replacement

_STEP, _GLOBAL, _CLIPPED, _FIRST_WEIGHT = range(4)  # columns of the buffer


@dataclass(frozen=True)
class Norms:
    """Norms of some training steps, one record each; float64 arrays (records,).

    Attributes:
        steps: int64, the optimizer's iteration before each step.
        whole: Norm of the whole gradient, before clipping.
        clipped: The same after clipping; `None` where the optimizer does not clip.
        weights: dict of name to norm, of each weight that got a gradient.
    """

    steps: np.ndarray
    whole: np.ndarray
    clipped: np.ndarray | None
    weights: dict


class GradientTap:
    """Records the norms of all gradients that an optimizer applies, while it is entered.

    What is read is the gradient before clipping, without loss scale, summed over replicas.

    Args:
        optimizer: A `keras.optimizers.Optimizer`.
        weights: Function without arguments that returns a dict of name (str) to `keras.Variable`:
            whose gradients get an entry. It is asked at the first step, as Keras may build the
            model only then.
        rows: int, how many steps the buffer holds.

    Attributes:
        optimizer: The optimizer.
        rows: int, how many steps may pass without a `fetch`.

    Example:

    >>> import keras
    >>> from keras_rnn_study.seams.gradient_tap import GradientTap
    >>> weight = keras.Variable([3.0, 4.0])
    >>> optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
    >>> with GradientTap(optimizer, lambda: {"weight": weight}) as tap:
    ...     optimizer.apply([weight.value], [weight])
    >>> norms = tap.fetch()
    >>> norms.steps, norms.weights["weight"], norms.clipped.round(6)
    (array([0]), array([5.]), array([1.]))
    """

    def __init__(self, optimizer, weights, *, rows=4096):
        self.optimizer, self.rows = optimizer, rows
        self._weights = weights
        self._columns = None  # id of a variable -> (column, name); known after the first step
        self._buffer = self._count = None
        self._seen = set()  # columns that ever got a value
        self._fetched = 0
        self._apply = None

    def fits(self, optimizer, variables):
        """Whether this is a tap on that optimizer that has a column for each of the variables."""
        known = self._columns
        return self.optimizer is optimizer and (
            known is None or {id(v) for v in variables} == set(known)
        )

    def __enter__(self):
        recording = self._recording(self.optimizer.apply)
        self._apply = Replacement(self.optimizer, "apply", recording)
        return self

    def __exit__(self, *error):
        self._apply.restore()

    def fetch(self):
        """What was recorded since the last call.

        Returns:
            `Norms`, of no record if there was no step.
        """
        if self._buffer is None:
            return Norms(np.zeros(0, np.int64), np.zeros(0), None, {})
        with tf.init_scope():  # the garbage collector may ask while a graph is being traced
            count = int(self._count.numpy())
            new, self._fetched = count - self._fetched, count
            if new > self.rows:
                warnings.warn(
                    f"The norms of {new - self.rows} training steps were overwritten: more than "
                    f"{self.rows} steps without a fetch. Call `update()` after each step.",
                    RuntimeWarning,
                    stacklevel=2,
                )
                new = self.rows
            rows = tf.gather(self._buffer, np.arange(count - new, count) % self.rows).numpy()
        return Norms(
            steps=rows[:, _STEP].astype(np.int64),
            whole=rows[:, _GLOBAL],
            clipped=rows[:, _CLIPPED] if _CLIPPED in self._seen else None,
            weights={n: rows[:, k] for k, n in self._columns.values() if k in self._seen},
        )

    def _recording(self, apply):
        def recorded_apply(grads, trainable_variables=None):
            if self._buffer is None:
                self._create_buffer()
            grads = list(grads)
            if trainable_variables is None:  # they are of those that it was built on
                self._record(grads, trainable_variables(_inner(self.optimizer)))
                return apply(grads)
            variables = list(trainable_variables)
            self._record(grads, variables)
            return apply(grads, variables)

        return recorded_apply

    def _create_buffer(self):
        """Two plain variables: rows of a ring buffer, and how many were ever written."""
        weights = self._weights()
        self._columns = {
            id(variable): (column, name)
            for column, (name, variable) in enumerate(weights.items(), start=_FIRST_WEIGHT)
        }
        shape = (self.rows, _FIRST_WEIGHT + len(weights))

        def create():
            buffer = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)
            return buffer, tf.Variable(0, dtype=tf.int64, trainable=False)

        # In a thread of its own no graph is being traced, and no distribution strategy is in scope
        # that would make them one a replica.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            self._buffer, self._count = thread.submit(create).result()

    def _record(self, grads, variables):
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        scale = self.optimizer.scale_loss(tf.ones(()))
        after = _after_clipping(self.optimizer, [g for g, _ in pairs], scale)
        whole = _summed_over_replicas([g for g, _ in pairs])
        after = None if after is None else _summed_over_replicas(after)
        if not _is_first_replica():  # all took part in the sums, one writes them down
            return
        squares = [_squared_norm(g) / tf.cast(scale, tf.float64) ** 2 for g in whole]
        values = {_STEP: tf.convert_to_tensor(self.optimizer.iterations), _GLOBAL: _root(squares)}
        if after is not None:
            values[_CLIPPED] = _root([_squared_norm(g) for g in after])
        for square, (_, variable) in zip(squares, pairs, strict=True):
            if id(variable) in self._columns:
                values[self._columns[id(variable)][0]] = tf.sqrt(square)
        self._write(values)

    def _write(self, values):
        """Writes one row; a column without a value is NaN."""
        self._seen |= set(values)
        columns = self._buffer.shape[1]
        row = [tf.cast(values.get(column, np.nan), tf.float64) for column in range(columns)]
        at = tf.math.floormod(self._count, self.rows)
        self._buffer.scatter_nd_update([[at]], [tf.stack(row)])
        self._count.assign_add(1)


def _inner(optimizer):
    return getattr(optimizer, "inner_optimizer", optimizer)


def _after_clipping(optimizer, grads, scale):
    """What Keras makes of a replica's gradients by clipping; `None` where it does not clip."""
    inner = _inner(optimizer)
    if not (inner.clipnorm or inner.global_clipnorm or inner.clipvalue) or not grads:
        return None
    if inner.gradient_accumulation_steps:
        return None  # what Keras clips then is the mean of several steps' gradients
    if optimizer is not inner or inner.loss_scale_factor:
        grads = [g / tf.cast(scale, g.dtype) for g in grads]
    return clipped(inner, grads)


def _summed_over_replicas(grads):
    replicas = tf.distribute.get_replica_context()
    if replicas is None or replicas.num_replicas_in_sync == 1 or not grads:
        return grads
    return replicas.all_reduce("SUM", [tf.convert_to_tensor(g) for g in grads])


def _is_first_replica():
    replicas = tf.distribute.get_replica_context()
    if replicas is None or replicas.num_replicas_in_sync == 1:
        return True
    return tf.get_static_value(replicas.replica_id_in_sync_group) == 0


def _root(squares):
    # Not `tf.add_n`: its order depends on which values others still need at that moment.
    return tf.sqrt(tf.reduce_sum(tf.stack(squares))) if squares else tf.zeros((), tf.float64)


def _squared_norm(gradient):
    """Sum of squares in float64: exploding gradients overflow float32 once they are squared."""
    if isinstance(gradient, tf.IndexedSlices):
        gradient = _rows(gradient)
    return tf.reduce_sum(tf.square(tf.cast(gradient, tf.float64)))


def _rows(slices):
    """The rows of a sparse gradient, with those that occur several times added up.

    As many rows as there are indices, some of them zero: what a compiler of static shapes can do,
    where the dense gradient of a large embedding would take longer than the step.
    """
    order = tf.argsort(slices.indices)
    indices = tf.gather(slices.indices, order)
    is_new = tf.cast(indices[1:] != indices[:-1], tf.int32)
    segments = tf.concat([tf.zeros([1], tf.int32), tf.cumsum(is_new)], 0)
    values = tf.gather(tf.cast(slices.values, tf.float64), order)
    return tf.math.unsorted_segment_sum(values, segments, tf.shape(indices)[0])
