"""Labels as columns of numbers, and what guessing without looking at the input would cost."""

import numpy as np

_MANY_CLASSES = 64


def guessing_loss(
    labels: np.ndarray, family: str | None, weights: np.ndarray | None = None
) -> float | None:
    """Return the loss of the best constant answer; `None` for a loss that is not known.

    Args:
        labels: As the loss takes them.
        family: `LossKind.family`.
        weights: Sample weights, (batch,) or as many axes as the labels have steps.

    Returns:
        float: the entropy of the classes' frequencies, the variance of the labels, or their mean
        distance from the median.
    """
    rows, shares = _rows(labels, family), _shares(labels, weights)
    if shares is None or len(shares) != len(rows):
        shares = np.full(len(rows), 1 / len(rows))
    if family == "sparse":
        classes, places = np.unique(rows, return_inverse=True)
        return _entropy(np.bincount(places.ravel(), shares, len(classes)))
    if family == "categorical":
        return _entropy(shares @ rows)
    if family == "binary":
        ones = np.clip(shares @ rows, 0, 1)
        return float(np.mean([_entropy(np.array([p, 1 - p])) for p in ones]))
    if family == "squared":
        return float(np.mean(shares @ (rows - shares @ rows) ** 2))
    if family == "absolute":
        return float(np.mean(np.abs(rows - np.median(rows, axis=0))))
    return None


def columns(labels: np.ndarray, family: str | None) -> np.ndarray | None:
    """Return the labels of whole sequences as numbers, (batch, columns): classes as one-hot.

    `None` where each step has a label of its own, or there are too many classes.
    """
    flat = labels.reshape(len(labels), -1).astype(np.float64)
    if labels.ndim > 2:
        return None
    if family == "sparse":
        if flat.shape[1] != 1:
            return None
        classes = np.unique(flat)
        return (flat == classes).astype(np.float64) if len(classes) <= _MANY_CLASSES else None
    return flat if flat.shape[1] <= _MANY_CLASSES else None


def _rows(labels: np.ndarray, family: str | None) -> np.ndarray:
    """Return one row per answer: a class, or the numbers of the last axis."""
    if family == "sparse":
        return labels.reshape(-1)
    values = labels.astype(np.float64)
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)


def _shares(labels: np.ndarray, weights: np.ndarray | None) -> np.ndarray | None:
    if weights is None or weights.sum() <= 0:
        return None
    steps = labels.shape[:2] if weights.ndim == 2 else labels.shape[:1]
    if weights.shape[: len(steps)] != steps:
        return None
    return weights.reshape(-1) / weights.sum()


def _entropy(shares: np.ndarray) -> float:
    kept = shares[shares > 0]
    return float(-(kept * np.log(kept)).sum())
