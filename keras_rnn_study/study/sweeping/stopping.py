"""What happens at the checks of a run: held-out samples are scored, and the run may end."""

import math
import time

import keras
import numpy as np

from keras_rnn_study.runs.run import verdict

_HOLDS = 2  # checks in a row


class Checks(keras.callbacks.Callback):
    """Scores held-out samples before training and after each epoch, and says when a run ends.

    A run ends when its success test has held at two checks in a row; when its loss is not finite;
    or when it is hopeless: a share of its steps is done (`Protocol.give_up`), and no check was
    better than guessing by five standard errors.

    Args:
        run: The `Run`.
        protocol: `Protocol`.
        score: Function without arguments: scores of held-out samples, (samples,).

    Attributes:
        ended: Why training ended, as in `Result`.
        updates: Training steps done.
        updates_to_success: The first of the two checks in a row; `None` if there were none.
        scores: List of float, the mean score at each check; the first is before training.
        losses: List of float, the mean training loss up to each check; the first is NaN.
        seconds: What scoring took.
    """

    def __init__(self, run, protocol, score):
        super().__init__()
        self._task, self._steps, self._protocol = run.facts, run.steps, protocol
        self._score = score
        self._held = 0
        self._is_hopeful = False
        self.ended, self.updates, self.updates_to_success = "updates used up", 0, None
        self.scores, self.losses, self.seconds = [], [], 0.0

    def on_train_begin(self, logs=None):
        """The score of the weights as they start: a task can be solved by luck."""
        self._check(float("nan"))

    def on_epoch_end(self, epoch, logs=None):
        """One check; ends the run where there is nothing more to learn about it."""
        self.updates = (epoch + 1) * self._protocol.check_every
        how = self._check(logs["loss"])
        self._held = self._held + 1 if how == "learned" else 0
        self._is_hopeful |= how in ("learned", "in part")
        if not math.isfinite(logs["loss"]) or how == "diverged":
            self._end("not finite")
        elif self._held == _HOLDS:
            self.updates_to_success = self.updates - (_HOLDS - 1) * self._protocol.check_every
            self._end("success held")
        elif self._is_hopeless():
            self._end("hopeless")

    def _check(self, loss):
        start = time.perf_counter()
        scores = self._score()
        self.seconds += time.perf_counter() - start
        self.scores.append(float(scores.mean()))
        self.losses.append(float(loss))
        return verdict(self._task, self.scores[-1], standard_error(scores))

    def _is_hopeless(self):
        share = self._protocol.give_up
        due = share < 1 and self.updates >= share * self._steps
        return due and not self._is_hopeful and self.updates < self._steps

    def _end(self, why):
        self.ended, self.model.stop_training = why, True


class Clock(keras.callbacks.Callback):
    """Takes the time of training steps.

    Attributes:
        taken: List of float: seconds of each step. The first has the compiling in it.
    """

    def __init__(self):
        super().__init__()
        self.taken = []
        self._start = None

    def on_train_batch_begin(self, batch, logs=None):
        """A step begins."""
        self._start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """A step ends."""
        self.taken.append(time.perf_counter() - self._start)


def standard_error(scores):
    """Of the mean score."""
    return float(np.std(scores) / len(scores) ** 0.5)
