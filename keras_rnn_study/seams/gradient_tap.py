"""The second seam: `optimizer.apply`, where a training step hands over its gradients.

Read there, inside of the compiled step, gradients are the ones that the step really uses: no
second pass. Their norms go into a ring buffer that the graph holds, and are fetched once in a
while; so every step is recorded and none waits.
"""

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_rnn_study.seams import keras_internals
from keras_rnn_study.seams.norm_buffer import NormBuffer, Tensor, kept_as_it_is, norm_buffer
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.seams.step_count import StepCount
from keras_rnn_study.seams.tap_result import Norms

_STEP, _SKIPPED, _GLOBAL, _CLIPPED, _FIRST_WEIGHT = range(5)  # columns of the buffer

Gradients = Sequence[Tensor]  # under TensorFlow those of an embedding are sparse


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
        self._buffer: NormBuffer | None = None  # from the first step on

    def has_columns_for(self, variables: Iterable[keras.Variable]) -> bool:
        """Return whether the columns are, or will be, those of exactly these variables."""
        return self._buffer is None or {id(v) for v in variables} == set(self._columns)

    @contextlib.contextmanager
    def on(self, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
        """Record what this optimizer applies within the block, or in a step traced there."""
        self.follow(optimizer)
        before = self._steps.before
        with contextlib.ExitStack() as stack:
            for name, function in self._entries(optimizer).items():
                recording = functools.partial(function, optimizer, getattr(optimizer, name), before)
                stack.enter_context(replaced(optimizer, name, recording))
            yield

    def follow(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Count the steps of this optimizer from here on; JAX hides its count during a step."""
        self._steps.follow(optimizer)

    def fetch(self) -> Norms:
        """Return what was recorded since the last call; arrays of length 0 if there was no step."""
        if self._buffer is None:
            return Norms.of_no_step()
        new = self._forgotten()
        if new > self.rows:
            warnings.warn(
                f"The norms of {new - self.rows} training steps were overwritten: more than "
                f"{self.rows} steps without a fetch. Call `update()` after each step.",
                RuntimeWarning,
                stacklevel=2,
            )
            new = self.rows
        rows = self._buffer.read(np.arange(self.passed - new, self.passed) % self.rows)
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
            self._forgotten()

    def _forgotten(self) -> int:
        assert self._buffer is not None
        before, self.passed = self.passed, self._buffer.written()
        return self.passed - before

    def _entries(self, optimizer: keras.optimizers.Optimizer) -> dict[str, Callable[..., Any]]:
        """Return what stands in for the optimizer's methods that are handed gradients."""
        entries: dict[str, Callable[..., Any]] = {"apply": self._record_and_apply}
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # What JAX calls; that of other optimizers calls `apply`.
            entries["stateless_apply"] = self._record_and_apply_stateless
        return entries

    @kept_as_it_is
    def _record_and_apply(
        self,
        optimizer: keras.optimizers.Optimizer,
        apply: Callable[..., None],
        steps_before: int,
        grads: Iterable[Tensor | None],
        trainable_variables: Iterable[keras.Variable] | None = None,
    ) -> None:
        grads = list(grads)
        if trainable_variables is None:  # they are of those that it was built on
            variables = keras_internals.trainable_variables(_inner(optimizer))
            self._record(optimizer, steps_before, grads, variables)
            return apply(grads)
        variables = list(trainable_variables)
        self._record(optimizer, steps_before, grads, variables)
        return apply(grads, variables)

    def _record_and_apply_stateless(
        self,
        optimizer: keras.optimizers.Optimizer,
        apply: Callable[..., Any],
        steps_before: int,
        optimizer_variables: Sequence[Tensor],
        grads: Sequence[Tensor | None],
        trainable_variables: Sequence[Tensor],
    ) -> Any:
        values = list(zip(optimizer.variables, optimizer_variables, strict=True))
        with keras.StatelessScope(state_mapping=values):
            variables = keras_internals.trainable_variables(_inner(optimizer))
            self._record(optimizer, steps_before, grads, variables)
        return apply(optimizer_variables, grads, trainable_variables)

    def _buffer_for(self, weights: dict[str, keras.Variable]) -> NormBuffer:
        self._columns = {
            id(variable): (column, name)
            for column, (name, variable) in enumerate(weights.items(), start=_FIRST_WEIGHT)
        }
        return norm_buffer(self.rows, _FIRST_WEIGHT + len(weights))

    def _record(
        self,
        optimizer: keras.optimizers.Optimizer,
        steps_before: int,
        grads: Sequence[Tensor | None],
        variables: Sequence[keras.Variable],
    ) -> None:
        if self._buffer is None:
            self._buffer = self._buffer_for(self._weights())
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        grads = [g for g, _ in pairs]
        one = keras.ops.ones((), "float32")
        scale = optimizer.scale_loss(one)
        after = _after_clipping(optimizer, grads, scale)
        whole, each = self._buffer.norms(grads, scale)
        values = {_GLOBAL: whole}
        if after is not None:
            values[_CLIPPED], _ = self._buffer.norms(after, one)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # As it decides itself, and with several replicas too: by the first one's gradients.
            values[_SKIPPED] = keras.ops.logical_not(optimizer.check_finite(grads))
        for norm, (_, variable) in zip(each, pairs, strict=True):
            if id(variable) in self._columns:
                values[self._columns[id(variable)][0]] = norm
        self._seen |= set(values)
        step = keras.ops.convert_to_tensor(optimizer.iterations) + steps_before
        self._buffer.write(step, values)


def _inner(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    return getattr(optimizer, "inner_optimizer", optimizer)


def _after_clipping(
    optimizer: keras.optimizers.Optimizer, grads: Gradients, scale: Tensor
) -> Gradients | None:
    """Return what Keras makes of one replica's gradients; `None` where it does not clip."""
    inner = _inner(optimizer)
    if not (inner.clipnorm or inner.global_clipnorm or inner.clipvalue) or not grads:
        return None
    if inner.gradient_accumulation_steps:
        return None  # what Keras clips then is the mean of several steps' gradients
    if optimizer is not inner or inner.loss_scale_factor:
        grads = [g / keras.ops.cast(scale, keras.backend.standardize_dtype(g.dtype)) for g in grads]
    return keras_internals.clipped(inner, grads)
