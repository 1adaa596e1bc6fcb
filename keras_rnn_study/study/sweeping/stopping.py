"""When a run of a study ends, and how long its steps take."""

import time

import keras
import numpy as np

from keras_rnn_study.runs.checks import Checks
from keras_rnn_study.study.protocol import Protocol


class Stopping(keras.callbacks.Callback):
    """Ends a run at a check after which there is nothing more to learn about it.

    That is when its success test has held (see `Checks`); when its loss is not finite; or when it
    is hopeless: a share of its steps is done (`Protocol.give_up`), and no check was better than
    guessing by five standard errors.

    Args:
        checks: The `Checks` of the same training, which come before this in its callbacks.
        protocol: `Protocol`.

    Attributes:
        ended: Why training ended, as in `Result`.
    """

    def __init__(self, checks: Checks, protocol: Protocol) -> None:
        super().__init__()
        self._checks, self._give_up = checks, protocol.give_up
        self.ended = "updates used up"

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """End the run, perhaps."""
        if self._checks.verdicts[-1] == "diverged":
            self._end("not finite")
        elif self._checks.has_held:
            self._end("success held")
        elif self._is_hopeless():
            self._end("hopeless")

    def _is_hopeless(self) -> bool:
        done, steps = self._checks.updates, self._checks.run.steps
        is_due = self._give_up < 1 and self._give_up * steps <= done < steps
        return is_due and not {"learned", "in part"} & set(self._checks.verdicts[1:])

    def _end(self, why: str) -> None:
        self.ended, self.model.stop_training = why, True


class Clock(keras.callbacks.Callback):
    """Takes the time of training steps, of which Keras may run several in one call."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[float] = []  # seconds of each
        self._start = 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Begin a call."""
        self._start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """End a call."""
        self._calls.append(time.perf_counter() - self._start)

    def seconds(self) -> dict[str, float]:
        """Return those of all steps, of the first one, which compiles, and of a usual one."""
        together = self.model.steps_per_execution
        usual = float(np.median(self._calls)) / together
        first = self._calls[0] - (together - 1) * usual
        return {"training": sum(self._calls), "first step": first, "usual step": usual}
