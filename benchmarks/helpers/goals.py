"""What each row is to reach, and whether it does."""

from typing import NamedTuple

# (result, what is measured, at most)
GOALS = [
    ("recording", "norms of every step", 1.02),
    ("recording", "all three, each epoch", 1.03),
    ("recording", "all three, every 10 steps", 1.10),
    ("recording", "trace over a step", 1.0),
    ("recording", "all three, each epoch, end, ms", 100),
    ("memory", "all three add, MiB", 60),
    ("peers", "bare over torch", 1.0),
    ("peers", "fit over torch with a loader", 1.0),
    ("peers", "fused over keras", 1.0),
    ("lengths", "many lengths, fused over keras", 0.8),
    ("start", "pays after, steps", 20),
]


class Row(NamedTuple):
    """One row of one table, beside its goal."""

    result: str
    what: str
    name: str  # of what was measured, such as "lstm (64, 200, 2, 32)"
    figure: list  # quartiles
    at_most: float

    @property
    def is_met(self):
        """Whether the median reaches the goal, as precisely as it is shown."""
        return round(self.figure[1], 2) <= self.at_most


def rows(results):
    """The rows that have a goal, those that miss it most first.

    Args:
        results: dict of name to result.
    """
    found = [
        Row(result, what, name, figures[what], at_most)
        for result, what, at_most in GOALS
        for name, figures in measured(results.get(result), result).items()
        if what in figures
    ]
    return sorted(found, key=lambda row: -row.figure[1] / row.at_most)


def measured(result, name):
    """The figures of a result, with those that follow from them."""
    figures = result["figures"] if result else {}
    if name != "memory":
        return figures
    return {size: {"all three add, MiB": added(each)} for size, each in figures.items()}


def added(peaks):
    """What all three add to the peak, from quartiles of both."""
    bare = peaks["bare, MiB"][1]
    return [round(value - bare, 1) for value in peaks["all three, each epoch, MiB"]]
