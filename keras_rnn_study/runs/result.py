"""What a run came to: a few numbers."""

import dataclasses
import math

import numpy as np

from keras_rnn_study.datasets.task import Task
from keras_rnn_study.runs.run import Run

VERDICTS = ("learned", "in part", "at chance", "diverged", "failed")


@dataclasses.dataclass(frozen=True)
class Result:
    """What one run came to.

    Attributes:
        run: The `Run`.
        verdict: "learned": the task's success test held at the last two checks; "in part": not
            learned, but better than guessing by five standard errors; "at chance"; "diverged": the
            loss or the score is not finite; "failed": the run broke off.
        ended: Why training ended: "success held", "hopeless", "updates used up", "not finite" or
            "error".
        reason: What went wrong, one line; empty if nothing did.
        updates: Training steps done.
        updates_to_success: The step from which the success test held; `None`: it did not.
        score: Mean over held-out samples of what the task's `metric` says; NaN if unknown.
        standard_error: Of the score.
        time: Length of the probe's sequences, in steps.
        horizon: Of the first recurrent layer's memory (an LSTM's c, else h) before and after
            training, in steps back from the end; NaN where the gradient is not finite.
        decay: The same for the gradient's decay: log10 of the norm of dL/dh_t (dL/dc_t) at the
            first step over that at the last.
        keep_gate: Mean of the gate that keeps the memory (an LSTM's forget, a GRU's update gate)
            before and after training; `None` for a cell without gates, or where it is not recorded.
        largest_gradient_norm: Over all training steps.
    """

    run: Run
    verdict: str
    ended: str
    reason: str = ""
    updates: int = 0
    updates_to_success: int | None = None
    score: float = float("nan")
    standard_error: float = float("nan")
    time: int | None = None
    horizon: tuple[float | None, float | None] = (None, None)
    decay: tuple[float | None, float | None] = (float("nan"), float("nan"))
    keep_gate: tuple[float | None, float | None] = (None, None)
    largest_gradient_norm: float = float("nan")

    @property
    def learned(self) -> bool:
        """Whether the run learned its task; one that diverged or failed did not."""
        return self.verdict == "learned"

    @property
    def failed(self) -> bool:
        """Whether the run broke off, so that it says nothing about learning."""
        return self.verdict == "failed"


def verdict(task: Task, score: float, error: float) -> str:
    """Say what one score means.

    Args:
        task: `Task`.
        score: Mean over held-out samples of what the task's `metric` says.
        error: The standard error of the score.

    Returns:
        `"learned"`: the task's success test holds; `"diverged"`: the score is NaN;
        `"in part"`: not learned, but better than guessing by five standard errors; else
        `"at chance"`.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> verdict(recall.TASK, 0.5, 0.01), verdict(recall.TASK, 0.13, 0.01)
        ('in part', 'at chance')
    """
    if math.isnan(score):
        return "diverged"
    if task.is_solved(score):
        return "learned"
    better = score - task.chance
    if task.metric != "accuracy":
        better = -better
    return "in part" if better > 5 * error else "at chance"


def standard_error(scores: np.ndarray) -> float:
    """Return the standard error of the mean of scores, (samples,)."""
    return float(np.std(scores) / len(scores) ** 0.5)
