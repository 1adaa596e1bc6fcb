"""How right predictions are: 0 for the best blind guess and 1 for all right, whatever the task."""

from collections.abc import Callable

import numpy as np

Skill = Callable[[np.ndarray, np.ndarray], float]


def classes(prediction: np.ndarray, y: np.ndarray) -> float:
    """Rate class scores, `(..., classes)`, by the largest one."""
    return _beyond_guessing(prediction.argmax(axis=-1) == y, prediction, y)


def yes_or_no(prediction: np.ndarray, y: np.ndarray) -> float:
    """Rate probabilities of a yes, `(samples, 1)`."""
    return _beyond_guessing((prediction.ravel() > 0.5) == y.ravel(), prediction, y)


def sign(prediction: np.ndarray, y: np.ndarray) -> float:
    """Rate the logits of a yes, `(samples, 1)`."""
    return _beyond_guessing((prediction.ravel() > 0) == y.ravel(), prediction, y)


def numbers(prediction: np.ndarray, y: np.ndarray) -> float:
    """Rate numbers by the share of the variance that they explain; 0 also where it is negative."""
    if not np.isfinite(prediction).all():
        return 0.0
    error = np.mean((prediction.reshape(y.shape).astype("float64") - y) ** 2)
    return max(0.0, float(1 - error / y.var(dtype="float64")))


def _beyond_guessing(right: np.ndarray, prediction: np.ndarray, y: np.ndarray) -> float:
    """Relate the share of right answers to that of the most frequent class."""
    if not np.isfinite(prediction).all():
        return 0.0
    most_frequent = np.unique(y, return_counts=True)[1].max() / y.size
    return max(0.0, float((right.mean() - most_frequent) / (1 - most_frequent)))
