"""A ridge logistic regression, the area under a ROC curve, and its interval, in NumPy."""

from collections.abc import Callable

import numpy as np


def fit(signs: np.ndarray, learned: np.ndarray, ridge: float = 1.0) -> tuple[np.ndarray, float]:
    """Return weights and intercept of P(learned) = 1 / (1 + exp(-(signs @ weights + intercept))).

    Newton's method on the summed log-likelihood minus ridge / 2 times the weights' squared norm.

    Args:
        signs: (runs, signs), each of mean 0 and deviation 1.
        learned: (runs,) booleans.
        ridge: Of the weights; the intercept has none.
    """
    rows = np.column_stack([signs, np.ones(len(signs))])
    penalty = np.diag([*[ridge] * signs.shape[1], 1e-9])
    found = np.zeros(rows.shape[1])
    for _ in range(100):
        p = probability(rows @ found)
        slope = rows.T @ (learned - p) - penalty @ found
        step = np.linalg.solve((rows.T * (p * (1 - p))) @ rows + penalty, slope)
        found += step * min(
            1, 5 / np.abs(step).max()
        )  # far from the end, Newton's step is too long
        if np.abs(step).max() < 1e-10:
            break
    return found[:-1], float(found[-1])


def probability(log_odds: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-log_odds))."""
    return 0.5 * (1 + np.tanh(0.5 * log_odds))


def area(scores: np.ndarray, learned: np.ndarray) -> float:
    """Return how often a run that learned scores above one that did not; ties count half."""
    good, bad = np.sort(scores[learned]), np.sort(scores[~learned])
    if not (len(good) and len(bad)):
        return float("nan")
    below = np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")
    return float(below.mean() / 2 / len(bad))


def interval(
    statistic: Callable[[np.ndarray], float],
    conditions: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval when whole conditions are drawn, not single runs.

    Args:
        statistic: Of the indices of the drawn runs.
        conditions: (runs,), the condition of each.
    """
    rng = np.random.default_rng(seed)
    _, which = np.unique(conditions, return_inverse=True)
    members = [np.flatnonzero(which == number) for number in range(which.max() + 1)]
    found = []
    for _ in range(draws):
        drawn = rng.integers(len(members), size=len(members))
        found.append(statistic(np.concatenate([members[number] for number in drawn])))
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)
