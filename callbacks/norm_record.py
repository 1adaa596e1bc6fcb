"""The gradient norms of one training after the other: fetched, kept, written, reported."""

import time
import warnings

import numpy as np

from keras_rnn_study.callbacks.history import History
from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.seams.gradient_tap import GradientTap
from keras_rnn_study.seams.names import weight_names

_GLOBAL = tag("gradient_norm", "global")
_CLIP_RATIO = tag("gradient_clip_ratio", "global")


class NormRecord:
    """Owns the tap, the history and the log; apart from the callback, which it may outlive."""

    def __init__(self):
        self.tap = self._model = None
        self._history = History()
        self._log = None
        self._since = []  # blocks of values since `start_mean`
        self._reported = self._recorded = False
        self._steps = self._flushed_steps = 0
        self._flushed_time = time.monotonic()

    def open(self, log_dir, model, optimizer):
        """Starts a training: checks the directory, and makes a tap if the one at hand won't do.

        Raises:
            ValueError: `log_dir` cannot be written.
        """
        self.fetch()
        self._log = None if log_dir is None else EventLog.open(log_dir, model)
        self._reported = self._recorded = False
        self._steps = self._flushed_steps = 0
        is_same = self.tap is not None and self._model is model
        if not is_same or not self.tap.fits(optimizer, model.trainable_variables):
            self._model = model
            rows = 2 * getattr(model, "steps_per_execution", 1)
            self.tap = GradientTap(optimizer, lambda: _weights(model), rows=max(4096, rows))

    def fetch(self):
        """Takes over what the tap recorded since the last time."""
        if self.tap is None:
            return
        norms = self.tap.fetch()
        steps = norms.steps
        if not len(steps):
            return
        values = {_GLOBAL: norms.whole}
        values |= {tag("gradient_norm", name): norm for name, norm in norms.weights.items()}
        if norms.clipped is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = norms.clipped / norms.whole
            values[_CLIP_RATIO] = np.where(norms.whole == 0, 1.0, ratio)
        self._recorded = True
        self._history.add(steps, values)
        self._since.append(values)
        self._report(steps, values)
        if self._log is not None:
            for index, step in enumerate(steps):
                for name, column in values.items():
                    self._log.add(name, column[index], step)

    def advance(self, steps, due):
        """Flushes when a record is due, when the buffer is half full, and once a second.

        So TensorBoard shows a long epoch while it runs, and little is lost if the process dies.

        Args:
            steps: int, steps of this training so far.
            due: bool, whether the schedule says so.
        """
        self._steps = steps
        is_half_full = steps - self._flushed_steps >= self.tap.rows // 2
        if due or is_half_full or time.monotonic() - self._flushed_time > 1.0:
            self._flushed_steps = steps
            self.flush()

    def flush(self):
        """Fetches, and brings what is to be written to disk."""
        self.fetch()
        self._flushed_time = time.monotonic()
        if self._log is not None:
            self._log.flush()

    def close(self):
        """Ends a training: the log is closed as soon as nobody else holds it."""
        self.flush()
        self._log = None

    def end(self):
        """Ends a training that went through; says so if nothing of it was recorded."""
        self.close()
        if self._steps and not self._recorded:
            warnings.warn(
                f"{self._steps} training steps, but no gradient went through the optimizer of "
                "`compile`. If the model's `train_step` uses another one, record it with "
                "`GradientNorms(...).recording(model, optimizer)`.",
                RuntimeWarning,
                stacklevel=2,
            )

    def arrays(self):
        """The history as `GradientNorms.history` promises it."""
        self.flush()
        return self._history.arrays()

    def start_mean(self):
        """Forgets what `means` has seen."""
        self._since = []

    def means(self):
        """dict of tag to float: means of the main scalars since `start_mean`."""
        return {
            name: float(np.mean(np.concatenate([block[name] for block in self._since])))
            for name in (_GLOBAL, _CLIP_RATIO)
            if self._since and all(name in block for block in self._since)
        }

    def _report(self, steps, values):
        bad = np.flatnonzero(~np.isfinite(values[_GLOBAL]))
        if self._reported or not len(bad):
            return
        self._reported = True
        names = [name for name, column in values.items() if not np.isfinite(column[bad[0]])]
        warnings.warn(
            f"The gradient of training step {steps[bad[0]]} is not finite: {', '.join(names)}. "
            "It is recorded as it is; later ones are not reported.",
            RuntimeWarning,
            stacklevel=2,
        )


def _weights(model):
    names = weight_names(model)
    return {names.get(id(v), v.path): v for v in model.trainable_variables}
