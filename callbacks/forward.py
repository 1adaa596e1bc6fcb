"""What other callbacks measure, handed on to an experiment tracker."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import keras
import numpy as np

from keras_rnn_study.arguments import whole_number
from keras_rnn_study.callbacks.schedule import Schedule, UpdateFreq

Log: TypeAlias = Callable[[int, dict[str, float]], Any]


class Measuring(Protocol):
    """A callback of this package that keeps numbers: all but `Diagnosis`."""

    @property
    def history(self) -> Mapping[str, np.ndarray]:
        """Arrays (records, ...) by tag, and `"step"`."""


class Forward(keras.callbacks.Callback):
    """Where are these numbers beside those of my other trainings? Hands records to a tracker.

    Put it behind the callbacks that it reads. Each record is handed on once, in the order of
    training steps: those of several callbacks at one step together. Only single numbers are;
    pictures and histograms are in TensorBoard, and in `history`. What is not a number is handed on
    as it is.

    If training breaks off, what came since the last time is not handed on, until the next `fit`.

    Args:
        callbacks: Whose records: some of `GradientNorms`, `GradientFlow`, `GateActivations` and
            `Dynamics`.
        log: Function `log(step, values)` with the training step and a dict of tag to float, such
            as `trackers.to_wandb(run)`, or one of your own.
        update_freq: When to hand on: `"epoch"`, `"batch"` or after so many batches.
        every: Of each callback's records only every so manieth, where a tracker is slow:
            `GradientNorms` has one for each training step.

    Raises:
        ValueError: One of `callbacks` keeps no such records, `log` cannot be called, or a number
            is none of the above.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import Forward, GradientNorms
    >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4)])
    >>> model.compile("sgd", loss="mse")
    >>> norms = GradientNorms()
    >>> forward = Forward([norms], lambda step, values: print(step, sorted(values)[1:3]))
    >>> _ = model.fit(np.ones((4, 5, 3)), np.ones((4, 4)), verbose=0, callbacks=[norms, forward])
    0 ['gradient_norm/gru/bias', 'gradient_norm/gru/kernel']
    """

    def __init__(
        self,
        callbacks: Sequence[Measuring],
        log: Log,
        *,
        update_freq: UpdateFreq = "epoch",
        every: int = 1,
    ) -> None:
        super().__init__()
        self._callbacks = _checked(callbacks)
        if not callable(log):
            raise ValueError(
                f"Forward received log={log!r}; expected a function that takes a step and a dict "
                "of numbers, such as `trackers.to_wandb(run)` or `lambda step, values: ...`."
            )
        self._log, self._update_freq = log, update_freq
        self._every = whole_number("every", every, at_least=1)
        self._schedule = Schedule(update_freq)
        self._handed_on = [len(callback.history["step"]) for callback in self._callbacks]

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Count from the beginning of this training."""
        self._schedule = Schedule(self._update_freq)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count from the beginning of an epoch."""
        self._schedule.epoch_began((self.params or {}).get("steps"))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Hand on where it is due."""
        if self._schedule.batch_ended(batch, self.model):
            self._hand_on()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Hand on what the epoch had."""
        self._hand_on()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Hand on what callbacks behind this one measured at the end."""
        self._hand_on()

    def _hand_on(self) -> None:
        by_step: dict[int, dict[str, float]] = {}
        for index, callback in enumerate(self._callbacks):
            history = callback.history
            steps, first = history["step"], self._handed_on[index]
            self._handed_on[index] = len(steps)
            numbers = {t: c for t, c in history.items() if t != "step" and c.ndim == 1}
            for record in range(first + -first % self._every, len(steps), self._every):
                values = by_step.setdefault(int(steps[record]), {})
                values.update({tag: float(column[record]) for tag, column in numbers.items()})
        for step, values in sorted(by_step.items()):
            self._log(step, values)


def _checked(callbacks: Sequence[Measuring]) -> list[Measuring]:
    if not isinstance(callbacks, Sequence) or not callbacks:
        raise ValueError(
            f"Forward received callbacks={callbacks!r}; expected those that measure, in a list: "
            "Forward([norms, flow], log)."
        )
    for callback in callbacks:
        if "step" not in (getattr(callback, "history", None) or {}):
            raise ValueError(
                f"Forward received a {type(callback).__name__}, which keeps no numbers by training "
                "step; expected GradientNorms, GradientFlow, GateActivations or Dynamics."
            )
    return list(callbacks)
