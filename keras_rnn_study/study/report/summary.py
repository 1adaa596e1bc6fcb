"""Results of single runs to what they say: a condition is all that a run has but its seed."""

import collections
import dataclasses

import numpy as np

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.grid import settings
from keras_rnn_study.study.report.statistics import (
    bootstrap,
    censored_quartiles,
    rank_correlation,
    wilson,
)

_IN_LABEL = ("cell", "init", "forget_bias", "input_bias")
_NOT_IN_LABEL = ("task", "variant", "gap", "length", "seed", "steps")


@dataclasses.dataclass(frozen=True)
class Condition:
    """The runs that differ in their seeds only.

    Attributes:
        run: One of them.
        results: List of `Result`, those that broke off too.
    """

    run: Run
    results: tuple[Result, ...]

    @property
    def trials(self):
        """How many say something about learning: also those that diverged, not what broke off."""
        return sum(not result.failed for result in self.results)

    @property
    def failed(self):
        """How many broke off."""
        return len(self.results) - self.trials

    @property
    def successes(self):
        """How many learned."""
        return sum(result.learned for result in self.results)

    @property
    def rate(self):
        """The share that learned; NaN without trials."""
        return self.successes / self.trials if self.trials else float("nan")

    @property
    def interval(self):
        """Wilson's 95 % interval of the rate."""
        return wilson(self.successes, self.trials)

    @property
    def updates(self):
        """Quartiles of the updates to success; infinite where those runs had not learned."""
        return censored_quartiles([r.updates_to_success for r in self._trials])

    @property
    def horizon(self):
        """Mean horizon before training, in steps."""
        return _mean([r.horizon[0] for r in self._trials])

    @property
    def decay(self):
        """Mean decay before training, in powers of ten."""
        return _mean([r.decay[0] for r in self._trials])

    @property
    def score(self):
        """Mean score on held-out samples; NaN if a run diverged."""
        return _mean([r.score for r in self._trials])

    def ended(self, why):
        """How many runs ended for that reason; see `Result`."""
        return sum(result.ended == why for result in self.results)

    @property
    def _trials(self):
        return [result for result in self.results if not result.failed]


def conditions(results):
    """Groups results by all but the seed.

    Args:
        results: List of `Result`.

    Returns:
        List of `Condition`, in the order in which they first occur.
    """
    groups = collections.defaultdict(list)
    for result in results:
        groups[dataclasses.replace(result.run, seed=0)].append(result)
    return [Condition(members[0].run, tuple(members)) for members in groups.values()]


def line_label(run, among):
    """What tells the lines of one figure apart: cell, start, and whatever else differs.

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


def lines(found):
    """Conditions by line of a figure.

    Args:
        found: List of `Condition` of one task.

    Returns:
        dict of label to list of `Condition`, the smallest gap first.
    """
    runs = [condition.run for condition in found]
    result = collections.defaultdict(list)
    for condition in sorted(found, key=lambda condition: condition.run.size):
        result[line_label(condition.run, runs)].append(condition)
    order = dict.fromkeys(line_label(run, runs) for run in runs)
    return {label: result[label] for label in order}


@dataclasses.dataclass(frozen=True)
class Prediction:
    """How well the gradient before training foretells who learns.

    Attributes:
        decay: Spearman's rank correlation, over conditions, of the decay before training (log10 of
            the gradient's norm at the first step over that at the last) with the success rate.
        decay_interval: Its 95 % interval, by drawing conditions anew.
        horizon: The same for the share of the sequence that the horizon reaches.
        horizon_interval: Its interval.
        conditions: How many there were.
    """

    decay: float
    decay_interval: tuple
    horizon: float
    horizon_interval: tuple
    conditions: int


def prediction(found):
    """Whether the gradient before training foretells where learning fails.

    It says nothing where all conditions learn, or none: correlations are NaN then. With few
    conditions the interval is wide. And a gradient that is there at the start may still be gone, or
    have exploded, after the first updates.

    Args:
        found: List of `Condition`.

    Returns:
        `Prediction`.
    """
    known = [c for c in found if c.trials and not np.isnan(c.decay)]

    def of(measure):
        def correlation(drawn):
            return rank_correlation([measure(c) for c in drawn], [c.rate for c in drawn])

        # Whole conditions are drawn: the seeds of one are no independent evidence about others.
        interval = bootstrap(correlation, known) if known else (float("nan"),) * 2
        return correlation(known), interval

    decay, horizon = of(lambda c: c.decay), of(lambda c: c.horizon / c.results[0].time)
    return Prediction(*decay, *horizon, len(known))


def _mean(values):
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
