"""The second seam: `optimizer.apply`, where a training step hands over its gradients.

Read there, inside of the compiled step, gradients are the ones that the step really uses: no
second pass. Their norms go into a ring buffer that the graph holds, and are fetched once in a
while; so every step is recorded and none waits.
"""

import concurrent.futures
import contextlib
import functools
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.seams import keras_internals
from keras_rnn_study.seams.gradient_arithmetic import (
    is_first_replica,
    root,
    squared_norm,
    summed_over_replicas,
)
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.seams.step_count import StepCount
from keras_rnn_study.seams.tap_result import Norms

_STEP, _SKIPPED, _GLOBAL, _CLIPPED, _FIRST_WEIGHT = range(5)  # columns of the buffer


class GradientTap:
    """Records the norms of all gradients that an optimizer applies, while it is `on` that one.

    What is read is the gradient before clipping, without loss scale, summed over replicas.

    Args:
        weights: Function without arguments that returns a dict of name to variable: whose
            gradients get an entry. It is asked at the first step, as Keras may build the model
            only then.
        rows: How many steps the buffer holds.
        steps: Counts the steps over several optimizers; default: a new count.

    Attributes:
        rows: int, how many steps may pass without a `fetch`.
        passed: int, steps that had gone through at the last `fetch`.

    Example:

    >>> import keras
    >>> from keras_rnn_study.seams.gradient_tap import GradientTap
    >>> weight = keras.Variable([3.0, 4.0])
    >>> optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
    >>> tap = GradientTap(lambda: {"weight": weight})
    >>> with tap.on(optimizer):
    ...     optimizer.apply([weight.value], [weight])
    >>> norms = tap.fetch()
    >>> norms.steps, norms.weights["weight"], norms.clipped.round(6)
    (array([0]), array([5.]), array([1.]))
    """

    def __init__(
        self,
        weights: Callable[[], dict[str, keras.Variable]],
        *,
        rows: int = 4096,
        steps: StepCount | None = None,
    ) -> None:
        self.rows, self.passed = rows, 0
        self._weights = weights
        self._steps = StepCount() if steps is None else steps
        # id of a variable -> (column, name); known after the first step.
        self._columns: dict[int, tuple[int, str]] = {}
        self._seen: set[int] = set()  # columns that ever got a value
        self._buffer: tf.Variable = None  # (rows, columns) float64, from the first step on
        self._count: tf.Variable = None  # rows that were ever written

    def has_columns_for(self, variables: Iterable[keras.Variable]) -> bool:
        """Return whether the columns are, or will be, those of exactly these variables."""
        return self._buffer is None or {id(v) for v in variables} == set(self._columns)

    @contextlib.contextmanager
    def on(self, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
        """Record what this optimizer applies within the block, or in a step traced there."""
        self._steps.follow(optimizer)
        recording = functools.partial(
            self._record_and_apply, optimizer, optimizer.apply, self._steps.before
        )
        with replaced(optimizer, "apply", recording):
            yield

    def fetch(self) -> Norms:
        """Return what was recorded since the last call; arrays of length 0 if there was no step."""
        if self._buffer is None:
            return Norms.of_no_step()
        with tf.init_scope():  # the garbage collector may ask while a graph is being traced
            new = self._forget()
            if new > self.rows:
                warnings.warn(
                    f"The norms of {new - self.rows} training steps were overwritten: more than "
                    f"{self.rows} steps without a fetch. Call `update()` after each step.",
                    RuntimeWarning,
                    stacklevel=2,
                )
                new = self.rows
            newest = np.arange(self.passed - new, self.passed) % self.rows
            rows = tf.gather(self._buffer, newest).numpy()
        skipped = rows[:, _SKIPPED] == 1
        rows[skipped, _GLOBAL:] = np.nan  # nothing of these was applied
        return Norms(
            steps=rows[:, _STEP].astype(np.int64),
            whole=rows[:, _GLOBAL],
            clipped=rows[:, _CLIPPED] if _CLIPPED in self._seen else None,
            skipped=skipped if _SKIPPED in self._seen else None,
            weights={n: rows[:, k] for k, n in self._columns.values() if k in self._seen},
        )

    def forget(self) -> None:
        """Drop what was recorded since the last `fetch`."""
        if self._buffer is not None:
            with tf.init_scope():
                self._forget()

    def _forget(self) -> int:
        before, self.passed = self.passed, int(self._count.numpy())
        return self.passed - before

    # In a step that is a `tf.function` of the user's, AutoGraph would rewrite this as if it were
    # the user's code. Keras' own `apply` is not rewritten either.
    @tf.autograph.experimental.do_not_convert
    def _record_and_apply(
        self,
        optimizer: keras.optimizers.Optimizer,
        apply: Callable[..., None],
        steps_before: int,
        grads: Iterable[tf.Tensor | tf.IndexedSlices | None],
        trainable_variables: Iterable[keras.Variable] | None = None,
    ) -> None:
        if self._buffer is None:
            self._create_buffer()
        grads = list(grads)
        if trainable_variables is None:  # they are of those that it was built on
            variables = keras_internals.trainable_variables(_inner(optimizer))
            self._record(optimizer, steps_before, grads, variables)
            return apply(grads)
        variables = list(trainable_variables)
        self._record(optimizer, steps_before, grads, variables)
        return apply(grads, variables)

    def _create_buffer(self) -> None:
        weights = self._weights()
        self._columns = {
            id(variable): (column, name)
            for column, (name, variable) in enumerate(weights.items(), start=_FIRST_WEIGHT)
        }
        shape = (self.rows, _FIRST_WEIGHT + len(weights))

        def create() -> tuple[tf.Variable, tf.Variable]:
            buffer = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)
            return buffer, tf.Variable(0, dtype=tf.int64, trainable=False)

        # Graphs being traced and scopes of distribution strategies are a thread's own: created in
        # a fresh thread, these are plain variables, one for all replicas.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            self._buffer, self._count = thread.submit(create).result()

    def _record(
        self,
        optimizer: keras.optimizers.Optimizer,
        steps_before: int,
        grads: Sequence[tf.Tensor | tf.IndexedSlices | None],
        variables: Sequence[keras.Variable],
    ) -> None:
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        grads = [g for g, _ in pairs]
        scale = optimizer.scale_loss(tf.ones(()))
        after = _after_clipping(optimizer, grads, scale)
        whole = summed_over_replicas(grads)
        clipped = None if after is None else summed_over_replicas(after)
        if not is_first_replica():  # all took part in the sums, one writes them down
            return
        squares = [squared_norm(g) / tf.cast(scale, tf.float64) ** 2 for g in whole]
        iterations = tf.convert_to_tensor(optimizer.iterations)
        values = {_STEP: iterations + steps_before, _GLOBAL: root(squares)}
        if clipped is not None:
            values[_CLIPPED] = root([squared_norm(g) for g in clipped])
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # As it decides itself, and with several replicas too: by the first one's gradients.
            values[_SKIPPED] = tf.logical_not(optimizer.check_finite(grads))
        for square, (_, variable) in zip(squares, pairs, strict=True):
            if id(variable) in self._columns:
                values[self._columns[id(variable)][0]] = tf.sqrt(square)
        self._write(values)

    def _write(self, values: dict[int, tf.Tensor]) -> None:
        """Write one row; a column without a value is NaN."""
        self._seen |= set(values)
        columns = self._buffer.shape[1]
        row = [tf.cast(values.get(column, np.nan), tf.float64) for column in range(columns)]
        at = tf.math.floormod(self._count, self.rows)
        self._buffer.scatter_nd_update([[at]], [tf.stack(row)])
        self._count.assign_add(1)


def _inner(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    return getattr(optimizer, "inner_optimizer", optimizer)


def _after_clipping(
    optimizer: keras.optimizers.Optimizer,
    grads: Sequence[tf.Tensor | tf.IndexedSlices],
    scale: tf.Tensor,
) -> list[tf.Tensor | tf.IndexedSlices] | None:
    """Return what Keras makes of one replica's gradients; `None` where it does not clip."""
    inner = _inner(optimizer)
    if not (inner.clipnorm or inner.global_clipnorm or inner.clipvalue) or not grads:
        return None
    if inner.gradient_accumulation_steps:
        return None  # what Keras clips then is the mean of several steps' gradients
    if optimizer is not inner or inner.loss_scale_factor:
        grads = [g / tf.cast(scale, g.dtype) for g in grads]
    return keras_internals.clipped(inner, grads)
