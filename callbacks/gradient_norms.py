"""Gradient norms of the real training steps."""

import contextlib
import os
import weakref
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_rnn_study.callbacks.fit_logs import FitLogs
from keras_rnn_study.callbacks.logged import Logs, check_logs
from keras_rnn_study.callbacks.norm_record import GLOBAL_NORM, NormRecord
from keras_rnn_study.callbacks.schedule import Schedule, UpdateFreq
from keras_rnn_study.seams.tapped_training import TappedTraining, fresh_train_function

_IN_FIT = (
    "If the model's `train_step` uses another optimizer than that of `compile`, record it with "
    "`GradientNorms(...).recording(model, optimizer)`; if a callback makes the model's training "
    "function anew in `on_train_batch_begin`, put it before this one."
)
_IN_LOOP = (
    "A step that is compiled, by `tf.function` or `jax.jit`, must be traced, that is called for "
    "the first time, within the block: make it there. And the block must be given the optimizer "
    "that the step uses: `recording(model, optimizer)`."
)


class GradientNorms(keras.callbacks.Callback):
    """Do gradients explode or vanish? Records the norm of every gradient that training applies.

    The gradients are those of the real training step, read where `train_step` hands them to the
    optimizer: nothing is computed twice. Every step is recorded: the norm of the whole gradient,
    of that of each weight, and how much the optimizer clips. Norms are those *before* clipping,
    without loss scale, summed over replicas. A weight that is frozen or unused has no entry. With
    gradient accumulation each step's own gradient is recorded, and no clip ratio, as Keras clips
    the mean of several. A step that dynamic loss scaling skips is NaN, and counted. All this holds
    on each backend on which Keras trains: TensorFlow, JAX and PyTorch.

    Means over the epoch go into `logs`, for callbacks that come later in the list. Keras cannot
    guess whether a norm should fall or rise, so give those a `mode`:
    `EarlyStopping(monitor="gradient_norm/global", mode="min")`, and so `ReduceLROnPlateau` and
    `ModelCheckpoint(save_best_only=True)`.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it; `None`: nowhere.
        update_freq: When to write what was recorded: `"epoch"`, `"batch"` or after so many batches
            (and about once a second). Whatever it is, every step is recorded.
        logs: Which means go into Keras' `logs`: `"main"`, that of `gradient_norm/global`; `"all"`;
            `"none"`.
        metrics: Whether what `fit` reports, loss and metrics, is written too, once for all
            callbacks that share `log_dir`. All of them must be told not to.

    Attributes:
        history: dict of arrays: `"step"` (records,) int64, training steps done before, 0 for the
            first: the optimizer's iteration, counted on if the model is compiled anew;
            `"gradient_norm/global"`, `"gradient_norm/<layer>/<weight>"` and
            `"gradient_clip_ratio/global"` (records,), float64, not below 0; where the loss is
            scaled dynamically `"gradient_skipped_steps/global"` (records,), steps that the scaler
            skipped so far. Several trainings go on in one history. It takes 8 bytes per step for
            each of its arrays: 80 MB for a million steps of a model with 8 weights. Nothing
            else grows with the number of steps.

    Raises:
        ValueError: `update_freq` or `logs` is none of the above; or, when training begins,
            `log_dir` cannot be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import GradientNorms
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.SimpleRNN(4, name="rnn"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(), loss="mse")
    >>> norms = GradientNorms()
    >>> _ = model.fit(np.ones((8, 20, 3)), np.ones((8, 1)), batch_size=4, verbose=0,
    ...               callbacks=[norms])
    >>> norms.history["step"], norms.history["gradient_norm/rnn/recurrent_kernel"].shape
    (array([0, 1]), (2,))
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        *,
        update_freq: UpdateFreq = "epoch",
        logs: Logs = "main",
        metrics: bool = True,
    ) -> None:
        super().__init__()
        self._log_dir = log_dir
        self._update_freq = update_freq
        self._logs = check_logs(logs)
        self._writes_metrics = metrics
        self._schedule = Schedule(update_freq)
        self._record = NormRecord()
        self._training: TappedTraining | None = None
        self._is_in_loop = False  # within a `recording` block
        self._write_when_dropped()

    def _write_when_dropped(self) -> None:
        # Keras tells no callback that training broke off; what was recorded in the last second
        # before is written when this object goes, or Python ends.
        weakref.finalize(self, self._record.close)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy has: the history; not the model, nor what is compiled into it."""
        return vars(self) | {"_model": None, "_training": None, "_is_in_loop": False}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._write_when_dropped()

    @property
    def history(self) -> dict[str, np.ndarray]:
        """See the class."""
        return self._record.arrays()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the tap into the training function."""
        if self.model.optimizer is None:
            raise ValueError(
                "GradientNorms reads what the optimizer is given, but the model is compiled "
                "without one. Give `compile` an optimizer, or use `recording(model, optimizer)`."
            )
        self._begin(self.model)
        self._training = TappedTraining.of(self.model, self._training)
        self._training.install()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the epoch's means."""
        self._schedule.epoch_began(self._epoch_length())
        self._record.start_mean()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Let the next step through the tap."""
        # Another callback may have trained or compiled meanwhile.
        self._training = TappedTraining.of(self.model, self._training)
        self._training.arm(self._record)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Fetch and write when it is due, and at times in between."""
        self._advance(self._schedule.batch_ended(batch, self.model), logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Fetch, write, and add the epoch's means to the logs."""
        self._record.flush(self._reported(logs))
        if logs is not None and self._logs != "none":
            means = self._record.means()
            logs.update({t: v for t, v in means.items() if self._logs == "all" or t == GLOBAL_NORM})

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Take the tap out, close the event file, and say if a step is missing."""
        TappedTraining.of(self.model, self._training).remove()
        schedule = self._schedule
        # Of an epoch of unknown length Keras does not say how many batches the last group had.
        steps = schedule.calls if self._epoch_length() is None else schedule.steps
        self._record.end(steps, _IN_FIT)

    @contextlib.contextmanager
    def recording(
        self, model: keras.layers.Layer, optimizer: keras.optimizers.Optimizer | None = None
    ) -> Iterator["GradientNorms"]:
        """Record a training loop written by hand.

        A step that is compiled, a `tf.function` or under `jax.jit`, must be traced inside of the
        block, and call `optimizer.apply`, `optimizer.apply_gradients` or, with JAX,
        `optimizer.stateless_apply`; `train_on_batch` is traced anew by itself. Call `update()`
        after each step. Steps that ran in the block and were not recorded are told at its end.

        Args:
            model: The model that is trained; its layers give the names.
            optimizer: The optimizer that the loop uses; default: the compiled one.

        Yields:
            This object.

        Raises:
            ValueError: There is no model or no optimizer, `log_dir` cannot be written, or this
                object is recording already.

        Example:

        >>> import keras, tensorflow as tf
        >>> from keras_rnn_study.callbacks import GradientNorms
        >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4, name="gru")])
        >>> optimizer = keras.optimizers.SGD()
        >>> with GradientNorms().recording(model, optimizer) as norms:
        ...     with tf.GradientTape() as tape:
        ...         loss = tf.reduce_mean(model(tf.ones((2, 5, 3))) ** 2)
        ...     gradients = tape.gradient(loss, model.trainable_variables)
        ...     optimizer.apply(gradients, model.trainable_variables)
        ...     norms.update()
        >>> norms.history["gradient_norm/gru/kernel"].shape
        (1,)
        """
        optimizer = _checked_optimizer(model, optimizer)
        self._begin(model)
        before = int(optimizer.iterations.numpy())
        self._is_in_loop = True
        try:
            with self._record.tap_for(model).on(optimizer), fresh_train_function(model):
                yield self
        finally:
            self._is_in_loop = False
            self._record.close()
        # A loop that does not call `update` moves the optimizer all the same.
        steps = max(self._schedule.steps, int(optimizer.iterations.numpy()) - before)
        self._record.end(steps, _IN_LOOP)

    def update(self) -> None:
        """Count one step of a training loop written by hand, and write when it is due.

        Raises:
            ValueError: There is no loop: this is called outside of a `recording` block.
        """
        if not self._is_in_loop:
            raise ValueError(
                "`update()` counts a step of a training loop written by hand, and was called "
                "outside of a `recording` block. Write `with norms.recording(model, optimizer):` "
                "around the loop; in a `fit` steps are counted by themselves."
            )
        self._advance(self._schedule.batch_ended(self._schedule.in_epoch))

    def _advance(self, due: bool, logs: dict[str, Any] | None = None) -> None:
        self._record.advance(self._schedule.steps, due, self._reported(logs))

    def _reported(self, logs: dict[str, Any] | None) -> FitLogs | None:
        return FitLogs(logs, self.params, self._schedule.steps) if self._writes_metrics else None

    def _epoch_length(self) -> int | None:
        return (self.params or {}).get("steps")

    def _begin(self, model: keras.Model) -> None:
        if self._is_in_loop:
            raise ValueError(
                "This GradientNorms is recording already, in a `recording` block. Use another one "
                "for a training within that block."
            )
        self._schedule = Schedule(self._update_freq)
        self._record.open(self._log_dir, model)


def _checked_optimizer(model: Any, optimizer: Any) -> keras.optimizers.Optimizer:
    if not isinstance(model, keras.layers.Layer):
        raise ValueError(
            f"`recording` expects the Keras model that is trained. Received: model={model!r}."
        )
    if optimizer is None:
        optimizer = getattr(model, "optimizer", None)
        if optimizer is None:
            raise ValueError(
                "The model has no optimizer, as it is not compiled. Give the one that the loop "
                "uses: `recording(model, optimizer)`."
            )
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            "`recording` expects the optimizer that the loop uses, an instance of "
            f"`keras.optimizers.Optimizer`. Received: optimizer={optimizer!r}. A name will not do, "
            "as each optimizer has a state of its own."
        )
    return optimizer
