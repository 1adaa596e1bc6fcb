"""The sweep that C4 and C5 share: recall at three gaps, several cells and starts, several seeds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keras_rnn_study.claims.claim import Numbers
from keras_rnn_study.study.report.statistics import wilson

if TYPE_CHECKING:
    from keras_rnn_study.runs import Result
    from keras_rnn_study.study import Study

TASK = "recall"
GAPS = (10, 50, 100)
SEEDS = 5
STEPS = 640


def gap_study() -> "Study":
    """Make the `Study`: no run is given up early, so that each has all of its steps to learn in."""
    from keras_rnn_study.study import Study

    return Study(
        task=TASK,
        gap=list(GAPS),
        grids=[
            {"cell": "simple_rnn", "init": ["keras", "glorot"]},
            {"cell": "lstm", "init": ["keras", "chrono"]},
        ],
        seeds=SEEDS,
        steps=STEPS,
        give_up=1,
    )


def tally(results: Sequence["Result"]) -> list[Numbers]:
    """Count the seeds of each configuration that learned.

    Args:
        results: Of the sweep.

    Returns:
        Dicts, one for each cell, start and gap: "cell", "init", "gap", "learned", "trials" (runs
        that came to an end; one that diverged did, and did not learn) and "failed" (runs that broke
        off, which say nothing).
    """
    rows: dict[tuple[str, str, int | None], Numbers] = {}
    for result in results:
        run = result.run
        row = rows.setdefault(
            (run.cell, run.init, run.gap),
            {"cell": run.cell, "init": run.init, "gap": run.gap}
            | {"learned": 0, "trials": 0, "failed": 0},
        )
        row["learned"] += result.learned
        row["trials"] += not result.failed
        row["failed"] += result.failed
    return list(rows.values())


def is_above(row: Numbers, other: Numbers) -> bool:
    """Tell whether the one learns more often: its Wilson interval lies wholly above the other's.

    Example:

    >>> is_above({"learned": 5, "trials": 5}, {"learned": 0, "trials": 5})
    True
    >>> is_above({"learned": 4, "trials": 5}, {"learned": 0, "trials": 5})
    False
    """
    return _interval(row)[0] > _interval(other)[1]


def can_differ(row: Numbers, other: Numbers) -> bool:
    """Tell whether `is_above` would be true if all of the one learned and none of the other.

    Example:

    >>> can_differ({"trials": 4}, {"trials": 4}), can_differ({"trials": 3}, {"trials": 3})
    (True, False)
    """
    if not (row["trials"] and other["trials"]):
        return False
    return is_above(row | {"learned": row["trials"]}, other | {"learned": 0})


def told(row: Numbers) -> str:
    """Say how many learned, with the interval: `"5 of 5 (57-100 %)"`.

    Example:

    >>> told({"learned": 5, "trials": 5, "failed": 1})
    '5 of 5 (57-100 %; 1 broke off)'
    """
    if not row["trials"]:
        return f"no run ({row['failed']} broke off)"
    low, high = _interval(row)
    failed = f"; {row['failed']} broke off" if row["failed"] else ""
    return f"{row['learned']} of {row['trials']} ({100 * low:.0f}-{100 * high:.0f} %{failed})"


def _interval(row: Numbers) -> tuple[float, float]:
    low, high = wilson(row["learned"], row["trials"])
    return low, high
