"""What can be said from a handful of seeds: intervals, censored quartiles, rank correlations.

Numbers in, numbers out.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
_DRAWS = 1000  # of a bootstrap
_Z = 1.959963984540054  # the normal distribution's 97.5 % point: intervals of 95 %


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a success rate.

    Unlike the usual rate plus or minus twice its standard error, it is right for few trials, and
    for rates of 0 and 1: five of five is no proof that it always works.

    Args:
        successes: int, 0 to `trials`.
        trials: int.

    Returns:
        `(low, high)`, floats between 0 and 1; `(0.0, 1.0)` without trials.

    Raises:
        ValueError: There are more successes than trials, or fewer than none.

    Example:

    >>> [round(end, 3) for end in wilson(5, 5)]
    [0.566, 1.0]

    Reference:
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not 0 <= successes <= trials:
        raise ValueError(
            f"Received {successes} successes of {trials} trials; expected from 0 to as many as "
            "there are trials."
        )
    if trials == 0:
        return 0.0, 1.0
    rate = successes / trials
    share = _Z**2 / trials
    centre = (rate + share / 2) / (1 + share)
    reach = _Z * np.sqrt(rate * (1 - rate) / trials + share / (4 * trials)) / (1 + share)
    # Rounding must not leave a millionth of a millionth between the end and 0 or 1.
    low = 0.0 if successes == 0 else float(centre - reach)
    high = 1.0 if successes == trials else float(centre + reach)
    return low, high


def censored_quartiles(values: Sequence[float | None]) -> tuple[float, float, float]:
    """Return quartiles of how long something took, where some never got there.

    Args:
        values: List of numbers; `None` for what had not happened when it was given up. That counts
            as later than all the others, which is all that is known.

    Returns:
        Three floats: the 25 %, 50 % and 75 % quantiles. Each is one of the values, the smallest
        that at least that share does not exceed; infinite where that is a `None`, NaN without
        values.

    Example:

    >>> censored_quartiles([80, 40, None, 120])
    (40.0, 80.0, 120.0)
    >>> censored_quartiles([80, None, None])
    (80.0, inf, inf)
    """
    ordered = sorted(float("inf") if value is None else float(value) for value in values)
    if not ordered:
        return float("nan"), float("nan"), float("nan")
    # In whole numbers: 0.75 * 4 may be a little more than 3.
    low, median, high = (ordered[-(-len(ordered) * quarter // 4) - 1] for quarter in (1, 2, 3))
    return low, median, high


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Return Spearman's: whether what is larger in one list is larger in the other.

    Args:
        a: Numbers, (n,); may be infinite. Equal ones share their mean rank.
        b: Numbers, (n,).

    Returns:
        float from -1 to 1; NaN where one side is constant, as there is nothing to rank, or for
        fewer than two numbers.

    Raises:
        ValueError: The lists differ in length, or have a NaN, which has no rank.

    Example:

    >>> rank_correlation([1, 2, 3, 4], [10, 20, 20, 1000])
    0.9486832980505138
    """
    first, second = np.asarray(a, "float64"), np.asarray(b, "float64")
    has_nan = np.isnan(first).any() or np.isnan(second).any()
    if first.shape != second.shape or first.ndim != 1 or has_nan:
        raise ValueError(
            f"Received lists of shapes {first.shape} and {second.shape}, or with NaN; expected two "
            "of the same length, of numbers. Leave out pairs of which one is not known."
        )
    if first.size < 2:
        return float("nan")
    ranks = [_ranks(side) - (first.size + 1) / 2 for side in (first, second)]
    size = np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1]))
    return float(ranks[0] @ ranks[1] / size) if size else float("nan")


def bootstrap(
    statistic: Callable[[list[Item]], float], items: Sequence[Item]
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic, from drawing the items anew, with replacement.

    Args:
        statistic: Function of a list of items; a float, NaN where it is not defined.
        items: List. What belongs together must be one item.

    Returns:
        `(low, high)`: the percentiles 2.5 and 97.5 of where the statistic was defined; NaN where
        it never was. The draws are the same each time.

    Example:

    >>> low, high = bootstrap(lambda items: sum(items) / len(items), [0, 1, 1, 1, 0, 1])
    >>> 0 < low < 4 / 6 < high <= 1
    True
    """
    generator = np.random.default_rng(0)
    drawn = generator.integers(len(items), size=(_DRAWS, len(items)))
    values = np.array([statistic([items[i] for i in row]) for row in drawn])
    values = values[~np.isnan(values)]
    if not values.size:
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return 1 for the smallest; equal values share the mean of their places."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]
