"""What one run of a study came to: a few numbers, as JSON and as a row of a table."""

import dataclasses

from keras_rnn_study.runs.run import Run


@dataclasses.dataclass(frozen=True)
class Result:
    """What one run came to.

    Attributes:
        run: The `Run`.
        verdict: One of `keras_rnn_study.runs.run.VERDICTS`; "failed" is a run that broke off.
        ended: Why training ended: "success held", "hopeless", "updates used up", "not finite" or
            "error".
        reason: What went wrong, one line; empty if nothing did.
        updates: Training steps done.
        updates_to_success: The step from which the success test held; `None`: it never did.
        score: Mean over held-out samples of what the task's `metric` says; NaN if unknown.
        standard_error: Of the score.
        time: Length of the probe's sequences, in steps.
        horizon: Of the first recurrent layer's memory (an LSTM's c, else h) before and after
            training, in steps back from the end.
        decay: The same for the gradient's decay: log10 of the norm of dL/dh_t (dL/dc_t) at the
            first step over that at the last.
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
    horizon: tuple = (None, None)
    decay: tuple = (float("nan"), float("nan"))
    largest_gradient_norm: float = float("nan")

    @property
    def learned(self):
        """Whether the run learned its task; one that diverged or failed did not."""
        return self.verdict == "learned"

    @property
    def failed(self):
        """Whether the run broke off, so that it says nothing about learning."""
        return self.verdict == "failed"
