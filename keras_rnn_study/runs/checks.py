"""Is it learned yet? Held-out samples are scored again and again while a run trains."""

import math
import time
from collections.abc import Callable, Mapping

import keras
import numpy as np

from keras_rnn_study.callbacks.schedule import steps_ended
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.runs.result import Result, standard_error, verdict
from keras_rnn_study.runs.run import Run

_HOLDS = 2  # checks in a row
_KEEPS = {"lstm": "forget", "gru": "update"}  # the gate that keeps the memory


class Checks(keras.callbacks.Callback):
    """Scores held-out samples before training and after each epoch.

    A run has learned if its task's success test held at the last two checks: once may be luck. The
    check before training does not count, as a task can be solved by luck of the weights alone.
    Each score goes into Keras' `logs` as `score`.

    Args:
        run: The `Run`.
        score: Function without arguments: scores of held-out samples, (samples,).

    Attributes:
        updates: Training steps done.
        steps: List of int, the training steps done at each check; the first is 0.
        scores: List of float, the mean score at each check.
        losses: List of float, the mean training loss up to each check; the first is NaN.
        verdicts: List of str, what each score means; see `keras_rnn_study.runs.result.verdict`.
        seconds: What scoring took.
    """

    def __init__(self, run: Run, score: Callable[[], np.ndarray]) -> None:
        super().__init__()
        self.run = run
        self._score = score
        self.updates, self.seconds = 0, 0.0
        self._updates_before = 0  # this epoch
        self.steps: list[int] = []
        self.scores: list[float] = []
        self.losses: list[float] = []
        self.verdicts: list[str] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Score the weights as they start."""
        self._check()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Count from here."""
        self._updates_before = self.updates

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Count the steps: with `steps_per_execution` Keras calls this for the last of several."""
        self.updates = self._updates_before + steps_ended(self.model, batch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score the weights as they are now, and tell callbacks that come later."""
        loss = (logs or {})["loss"]
        self._check(loss)
        if logs is not None:
            logs["score"] = self.scores[-1]
        if not math.isfinite(loss):
            self.verdicts[-1] = "diverged"

    @property
    def has_held(self) -> bool:
        """Whether the success test held at the last two checks."""
        return self.verdicts[1:][-_HOLDS:] == ["learned"] * _HOLDS

    @property
    def held_since(self) -> int | None:
        """The training step since which the success test has held at every check, if it has."""
        if not self.has_held:
            return None
        held = len(self.verdicts) - 1
        while held > 1 and self.verdicts[held - 1] == "learned":
            held -= 1
        return self.steps[held]

    def verdict(self, scores: np.ndarray) -> str:
        """Say how training went.

        Args:
            scores: Of samples that no check has seen, (samples,).
        """
        if self.verdicts[-1] == "diverged":
            return "diverged"
        if self.has_held:
            return "learned"
        how = verdict(self.run.facts, float(scores.mean()), standard_error(scores))
        return "in part" if how == "learned" else how  # at the end, but it did not hold

    def _check(self, loss: float = float("nan")) -> None:
        start = time.perf_counter()
        scores = self._score()
        self.seconds += time.perf_counter() - start
        mean = float(scores.mean())
        self.steps.append(self.updates)
        self.scores.append(mean)
        self.losses.append(float(loss))
        self.verdicts.append(verdict(self.run.facts, mean, standard_error(scores)))


def conclude(
    checks: Checks,
    scores: np.ndarray,
    history: Mapping[str, np.ndarray],
    norms: np.ndarray,
    *,
    ended: str = "updates used up",
) -> Result:
    """Say what a training came to.

    Args:
        checks: The `Checks` of the training.
        scores: Of samples that no check has seen, (samples,).
        history: What `GradientFlow` recorded, and `GateActivations`, if it did.
        norms: Of the gradient of each training step, (steps,).
        ended: Why training ended, as in `Result`.
    """
    run = checks.run
    keep = _KEEPS.get(run.cell)
    horizon = _ends(history, tag("gradient_horizon", run.cell, run.memory))
    return Result(
        run,
        verdict=checks.verdict(scores),
        ended=ended,
        updates=checks.updates,
        updates_to_success=checks.held_since,
        score=float(scores.mean()),
        standard_error=standard_error(scores),
        time=history[tag("gradient_flow", run.cell, run.memory)].shape[1],
        horizon=(_whole(horizon[0]), _whole(horizon[1])),
        decay=_ends(history, tag("gradient_decay", run.cell, run.memory)),
        keep_gate=_ends(history, tag("gate_mean", run.cell, keep)) if keep else (None, None),
        largest_gradient_norm=float(np.max(norms)),
    )


def _ends(history: Mapping[str, np.ndarray], name: str) -> tuple[float, float] | tuple[None, None]:
    """Return the first and the last record."""
    if name not in history:
        return None, None
    return float(history[name][0]), float(history[name][-1])


def _whole(value: float | None) -> float | None:
    """Return a number of steps as an int; NaN, where the gradient is not finite, as it is."""
    return int(value) if value is not None and math.isfinite(value) else value
