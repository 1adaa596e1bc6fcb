"""The gradient norms of one training after the other: fetched, kept, written, reported."""

import time
import warnings
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keras_rnn_study.callbacks.epoch_means import EpochMeans
from keras_rnn_study.callbacks.fit_logs import FitLogs, write_fit_logs
from keras_rnn_study.callbacks.history import History
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.seams.gradient_tap import GradientTap
from keras_rnn_study.seams.names import weight_names
from keras_rnn_study.seams.step_count import StepCount
from keras_rnn_study.seams.tap_result import Norms

if TYPE_CHECKING:
    from keras_rnn_study.event_log.log import EventLog

GLOBAL_NORM = tag("gradient_norm", "global")
CLIP_RATIO = tag("gradient_clip_ratio", "global")
SKIPPED_STEPS = tag("gradient_skipped_steps", "global")

_ROWS = 4096  # steps that the tap holds, at least


class NormRecord:
    """Owns the tap, the history and the log; apart from the callback, which it may outlive.

    Attributes:
        tap: The present `GradientTap`, or `None`.
        passed: int, steps of this training that went through the tap.
        skipped: int, steps of all trainings that the loss scaler did not apply.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self._history = History()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.tap: GradientTap | None = None
        self._model: keras.Model | None = None
        self._steps = StepCount()
        self._log: EventLog | None = None
        self._means = EpochMeans()
        self._is_open = self._reported = False
        self.passed = self._skipped_before = self._flushed_steps = 0
        self._flushed_time = time.monotonic()

    def __getstate__(self) -> dict[str, Any]:
        """Return the history; what is compiled into a model or open for writing stays there."""
        self.fetch()
        return {"_history": self._history, "skipped": self.skipped}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._begin_anew()

    def open(self, log_dir: Any, model: keras.Model) -> None:
        """Start a training of `model`.

        Raises:
            ValueError: `log_dir` cannot be written.
        """
        self.fetch()  # of a training that broke off
        if self.tap is not None:
            self.tap.forget()  # what ran since then, unwatched, in a step that has the tap in it
        self._log = None if log_dir is None else _event_log(log_dir, model)
        self._is_open, self._reported = True, False
        self.passed = self._flushed_steps = 0
        self._skipped_before = self.skipped

    def tap_for(self, model: keras.Model) -> GradientTap:
        """Return the tap at hand, or a new one if it has no column for one of the weights."""
        rows = max(_ROWS, 2 * getattr(model, "steps_per_execution", 1))
        if self._model is not model:
            self.fetch()
            self._model, self._steps, self.tap = model, StepCount(), None
        tap = self.tap
        if tap is None or tap.rows < rows or not tap.has_columns_for(model.trainable_variables):
            self.fetch()
            tap = self.tap = GradientTap(lambda: _weights(model), rows=rows, steps=self._steps)
        return tap

    def fetch(self) -> None:
        """Take over what the tap recorded since the last time."""
        if self.tap is None or not self._is_open:
            return
        before = self.tap.passed
        norms = self.tap.fetch()
        self.passed += self.tap.passed - before
        if not len(norms.steps):
            return
        values = _values(norms, self.skipped)
        self.skipped += 0 if norms.skipped is None else int(norms.skipped.sum())
        applied = slice(None) if norms.skipped is None else ~norms.skipped
        self._history.add(norms.steps, values)
        of_applied = {name: column[applied] for name, column in values.items()}
        self._means.add(of_applied)
        self._report(norms.steps[applied], of_applied)
        if self._log is not None:
            for index, step in enumerate(norms.steps):
                for name, column in values.items():
                    self._log.add(name, column[index], step)

    def advance(self, steps: int, due: bool, reported: FitLogs | None = None) -> None:
        """Flush when a record is due, when the buffer is half full, and once a second.

        So TensorBoard shows a long epoch while it runs, and little is lost if the process dies.

        Args:
            steps: Steps of this training so far.
            due: Whether the schedule says so.
            reported: What to write beside, where it is due.
        """
        rows = _ROWS if self.tap is None else self.tap.rows
        is_half_full = steps - self._flushed_steps >= rows // 2
        if due or is_half_full or time.monotonic() - self._flushed_time > 1.0:
            self._flushed_steps = steps
            self.flush(reported if due else None)

    def flush(self, reported: FitLogs | None = None) -> None:
        """Fetch, and bring what is to be written to disk; what Keras reports, too."""
        self.fetch()
        self._flushed_time = time.monotonic()
        if self._log is None:
            return
        if reported is not None:
            last = self._history.last_step() if self.passed else None
            write_fit_logs(self._log, reported, reported.steps if last is None else last + 1)
        self._log.flush()

    def close(self) -> None:
        """End a training: the log is closed as soon as nobody else holds it."""
        self.flush()
        self._is_open, self._log = False, None

    def end(self, steps: int, advice: str) -> None:
        """End a training that went through, and say what of it is not there.

        Args:
            steps: How many steps it had.
            advice: What to do if some of them did not go through the tap.
        """
        self.close()
        missing, skipped = steps - self.passed, self.skipped - self._skipped_before
        if missing > 0:
            _warn(
                f"{missing} of {steps} training steps are not recorded: no gradient went through "
                f"the optimizer in them while it was watched. {advice}"
            )
        if skipped and skipped == self.passed:
            _warn(
                f"All {skipped} training steps were skipped by the loss scaler, as their gradients "
                "were not finite: the model is as it was. Look for NaN in the data, or give "
                "`LossScaleOptimizer` a smaller `initial_scale`."
            )

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the history as `GradientNorms.history` promises it."""
        self.flush()
        return self._history.arrays()

    def start_mean(self) -> None:
        """Forget what `means` has seen."""
        self.fetch()
        self._means = EpochMeans()

    def means(self) -> dict[str, float]:
        """Return the means of all tags since `start_mean`, of the steps that were applied."""
        means = self._means.means()
        return means | ({SKIPPED_STEPS: float(self.skipped)} if SKIPPED_STEPS in means else {})

    def _report(self, steps: np.ndarray, values: dict[str, np.ndarray]) -> None:
        bad = np.flatnonzero(~np.isfinite(values[GLOBAL_NORM]))
        if self._reported or not len(bad):
            return
        self._reported = True
        names = [name for name, column in values.items() if not np.isfinite(column[bad[0]])]
        _warn(
            f"The gradient of training step {steps[bad[0]]} is not finite: {', '.join(names)}. "
            "It is recorded as it is; later ones are not reported."
        )


def _values(norms: Norms, skipped_before: int) -> dict[str, np.ndarray]:
    values = {GLOBAL_NORM: norms.whole}
    values |= {tag("gradient_norm", name): norm for name, norm in norms.weights.items()}
    if norms.clipped is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = norms.clipped / norms.whole
        values[CLIP_RATIO] = np.where(norms.whole == 0, 1.0, ratio)
    if norms.skipped is not None:
        values[SKIPPED_STEPS] = (skipped_before + np.cumsum(norms.skipped)).astype(np.float64)
    return values


def _event_log(log_dir: Any, model: keras.Model) -> "EventLog":
    # Imported here, so that on other backends TensorFlow is started only for files of its format.
    from keras_rnn_study.event_log.log import EventLog

    return EventLog.open(log_dir, model)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=3)


def _weights(model: keras.Model) -> dict[str, keras.Variable]:
    names = weight_names(model)
    return {names.get(id(v), v.path): v for v in model.trainable_variables}
