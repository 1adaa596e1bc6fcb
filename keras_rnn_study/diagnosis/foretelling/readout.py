"""How well one thing can be read linearly from another."""

import numpy as np

_FOLDS = 4


def readability(states: np.ndarray, wanted: np.ndarray, ridge: float = 1e-2) -> float:
    """Return the held-out R^2 of a ridge regression, all columns together.

    Each quarter of the samples is foretold from the other three.

    Args:
        states: (samples, states): what is read from; each is brought to a deviation of 1.
        wanted: (samples, columns).
        ridge: What is added to the diagonal of the states' correlation matrix: less than this share
            of a state's variance does not count.

    Returns:
        At most 1; 0 where a state is no number; NaN where nothing is wanted that varies.
    """
    states, wanted = np.float64(states), np.float64(wanted)
    if not wanted.std(axis=0).any():
        return float("nan")
    if not np.isfinite(states).all():
        return 0.0
    error = total = 0.0
    fold = np.arange(len(states)) % _FOLDS
    for held_out in range(_FOLDS):
        out, mean = fold == held_out, wanted[fold != held_out].mean(axis=0)
        known, asked = _standardised(states[~out], states[out])
        square = known.T @ known / len(known) + ridge * np.eye(known.shape[1])
        weights = np.linalg.solve(square, known.T @ (wanted[~out] - mean) / len(known))
        error += float(((wanted[out] - mean - asked @ weights) ** 2).sum())
        total += float(((wanted[out] - mean) ** 2).sum())
    return 1 - error / total


def _standardised(known: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    return (known - mean) / scale, (asked - mean) / scale
