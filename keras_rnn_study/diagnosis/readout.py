"""How much can be read linearly from states that nobody trained to be read: ridge regressions."""

import numpy as np

_PENALTIES = (1e-4, 1e-2, 1.0)
_FOLDS = 4
_RIDGE = 1e-2
"""Less than this share of a state's variance does not count."""


def leaving_one_out(states: np.ndarray, targets: np.ndarray) -> float:
    """Return the R^2 of targets read from states, each sample left out of its own fit.

    A few samples are enough: one matrix gives the fits without each of them.

    Args:
        states: (batch, units).
        targets: (batch, columns).

    Returns:
        The best of a few penalties; at most 1, below 0 where the mean is the better answer.
    """
    x, y = states.astype(np.float64), targets.astype(np.float64)
    y = y - y.mean(axis=0)
    if not y.any():
        return 0.0
    x = x - x.mean(axis=0)
    scale = x.std(axis=0)
    x = np.divide(x, scale, out=np.zeros_like(x), where=scale > 0)
    values, vectors = np.linalg.eigh(x @ x.T)
    return max(_left_out(values, vectors, y, penalty) for penalty in _PENALTIES)


def in_quarters(states: np.ndarray, wanted: np.ndarray) -> float:
    """Return the R^2 of what is read from states, each quarter of the samples from the others.

    All columns count together.

    Args:
        states: (samples, states): what is read from; each is brought to a deviation of 1.
        wanted: (samples, columns).

    Returns:
        At most 1; 0 where a state is not finite; NaN where nothing is wanted that varies.
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
        square = known.T @ known / len(known) + _RIDGE * np.eye(known.shape[1])
        weights = np.linalg.solve(square, known.T @ (wanted[~out] - mean) / len(known))
        error += float(((wanted[out] - mean - asked @ weights) ** 2).sum())
        total += float(((wanted[out] - mean) ** 2).sum())
    return 1 - error / total


def _left_out(
    values: np.ndarray, vectors: np.ndarray, targets: np.ndarray, penalty: float
) -> float:
    """Return R^2 with each sample left out, which for a linear fit needs no second one."""
    count = len(targets)
    size = max(float(values.max()), 1e-300)
    shrunk = np.maximum(values, 0) / (np.maximum(values, 0) + penalty * size / count)
    hat = (vectors * shrunk) @ vectors.T + 1 / count  # of the mean, too
    residual = (targets - hat @ targets) / np.maximum(1 - np.diagonal(hat), 1e-6)[:, None]
    return float(1 - (residual**2).sum() / (targets**2).sum())


def _standardised(known: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    return (known - mean) / scale, (asked - mean) / scale
