"""Whether the gradient before training foretells which conditions learn."""

import dataclasses
import math
from collections.abc import Callable

from keras_rnn_study.study.report.statistics import bootstrap, rank_correlation
from keras_rnn_study.study.report.summary import Condition


@dataclasses.dataclass(frozen=True)
class Prediction:
    """How well the gradient before training foretells who learns.

    Attributes:
        decay: Spearman's rank correlation, over conditions, of the decay before training (log10 of
            the gradient's norm at the first step over that at the last) with the success rate.
        decay_interval: Its 95 % interval, by drawing conditions anew.
        horizon: The same for the share of the sequence that the horizon reaches.
        horizon_interval: Its interval.
        size: The same for the gap (or length) alone, the shorter the better: what anyone knows who
            measures nothing, and what the other two have to be held against.
        size_interval: Its interval.
        conditions: How many there were.
    """

    decay: float
    decay_interval: tuple[float, float]
    horizon: float
    horizon_interval: tuple[float, float]
    size: float
    size_interval: tuple[float, float]
    conditions: int


def prediction(found: list[Condition]) -> Prediction:
    """Tell whether the gradient before training foretells where learning fails.

    It says nothing where all conditions learn, or none: correlations are NaN then. With few
    conditions the interval is wide. And a gradient that is there at the start may still be gone, or
    have exploded, after the first updates.

    Args:
        found: List of `Condition`.

    Returns:
        `Prediction`.
    """
    known = [c for c in found if not (math.isnan(c.decay) or math.isnan(c.reach))]

    def of(measure: Callable[[Condition], float]) -> tuple[float, tuple[float, float]]:
        def correlation(drawn: list[Condition]) -> float:
            return rank_correlation([measure(c) for c in drawn], [c.rate for c in drawn])

        # Whole conditions are drawn: the seeds of one are no independent evidence about others.
        nothing = float("nan"), float("nan")
        interval = bootstrap(correlation, known) if known else nothing
        return correlation(known), interval

    decay, horizon = of(lambda c: c.decay), of(lambda c: c.reach)
    return Prediction(*decay, *horizon, *of(lambda c: -c.run.size), len(known))
