"""Whether the label can be read from states that nobody trained."""

import numpy as np

_PENALTIES = (1e-4, 1e-2, 1.0)


def readable(states: np.ndarray, targets: np.ndarray) -> float:
    """Return the R^2 of a linear read-out of the targets: ridge regression, each sample left out.

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
