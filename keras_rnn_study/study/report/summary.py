"""Results of single runs to what they say: a condition is all that a run has but its seed."""

import collections
import dataclasses
import math
from collections.abc import Iterable

import numpy as np

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.grid import settings
from keras_rnn_study.study.report.statistics import censored_quartiles, wilson

NO_NUMBER = "no number"
"""What is said of a gradient, or of its horizon, that is NaN."""

_IN_LABEL = ("cell", "init", "forget_bias", "input_bias")
_NOT_IN_LABEL = ("task", "variant", "gap", "length", "seed", "steps")


@dataclasses.dataclass(frozen=True)
class Condition:
    """The runs that differ in their seeds only.

    Attributes:
        run: One of them.
        results: Those of all seeds, also of runs that broke off.
    """

    run: Run
    results: tuple[Result, ...]

    @property
    def trials(self) -> int:
        """Count those that say something about learning: who diverged does, who broke off not."""
        return sum(not result.failed for result in self.results)

    @property
    def failed(self) -> int:
        """Count those that broke off."""
        return len(self.results) - self.trials

    @property
    def successes(self) -> int:
        """Count those that learned."""
        return sum(result.learned for result in self.results)

    @property
    def rate(self) -> float:
        """Return the share that learned; NaN without trials."""
        return self.successes / self.trials if self.trials else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval of the rate."""
        return wilson(self.successes, self.trials)

    @property
    def updates(self) -> tuple[float, float, float]:
        """Return quartiles of the updates to success; infinite where those runs had not learned."""
        return censored_quartiles([r.updates_to_success for r in self._trials])

    @property
    def horizon(self) -> float:
        """Return the mean horizon before training, in steps; NaN if one is."""
        return _mean([r.horizon[0] for r in self._trials])

    @property
    def lost_gradients(self) -> int:
        """Count those whose gradient, before training, had a norm that was not a number."""
        return sum(h is not None and math.isnan(h) for h in (r.horizon[0] for r in self._trials))

    @property
    def time(self) -> int | None:
        """Return the length of the sequences, from a run that has one."""
        return next((r.time for r in self.results if r.time is not None), None)

    @property
    def reach(self) -> float:
        """Return the share of the sequence within the horizon; NaN where one is not known."""
        return self.horizon / self.time if self.time else float("nan")

    @property
    def decay(self) -> float:
        """Return the mean decay before training, in powers of ten; NaN if one is."""
        return _mean([r.decay[0] for r in self._trials])

    @property
    def score(self) -> float:
        """Return the mean score on held-out samples; NaN if a run diverged."""
        return _mean([r.score for r in self._trials])

    def ended(self, why: str) -> int:
        """Count the runs that ended for that reason; see `Result`."""
        return sum(result.ended == why for result in self.results)

    @property
    def _trials(self) -> list[Result]:
        return [result for result in self.results if not result.failed]


def conditions(results: Iterable[Result]) -> list[Condition]:
    """Group results by all but the seed.

    Args:
        results: List of `Result`.

    Returns:
        List of `Condition`, in the order in which they first occur.
    """
    groups: dict[Run, list[Result]] = collections.defaultdict(list)
    for result in results:
        groups[dataclasses.replace(result.run, seed=0)].append(result)
    return [Condition(members[0].run, tuple(members)) for members in groups.values()]


def line_label(run: Run, among: Iterable[Run]) -> str:
    """Tell the lines of one figure apart: cell, start, and whatever else differs.

    Args:
        run: `Run`.
        among: List of all runs of the figure.

    Example:

    >>> runs = [Run("recall", "lstm", gap=5, units=units) for units in (8, 16)]
    >>> line_label(runs[0], runs), line_label(runs[0], runs[:1])
    ('lstm, units 8', 'lstm')
    """
    own, others = settings(run), [settings(other) for other in among]
    parts = [run.label]
    for name in dict.fromkeys(name for one in others for name in one):
        if name in _IN_LABEL or name in _NOT_IN_LABEL:
            continue
        if len({str(one.get(name)) for one in others}) > 1:
            value = own.get(name)
            shown = "none" if value is None else value
            parts.append(f"{name.replace('_', ' ')} {shown}")
    return ", ".join(parts)


def lines(found: list[Condition]) -> dict[str, list[Condition]]:
    """Sort conditions by line of a figure.

    Args:
        found: List of `Condition` of one task.

    Returns:
        dict of label to list of `Condition`, the smallest gap first.
    """
    runs = [condition.run for condition in found]
    result: dict[str, list[Condition]] = collections.defaultdict(list)
    for condition in sorted(found, key=lambda condition: condition.run.size):
        result[line_label(condition.run, runs)].append(condition)
    order = dict.fromkeys(line_label(run, runs) for run in runs)
    return {label: result[label] for label in order}


def _mean(values: list[float | None] | list[int | None] | list[float]) -> float:
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
