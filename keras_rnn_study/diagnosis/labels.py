"""Labels as columns of numbers, and the best answer that does not look at the input."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

_MANY_CLASSES = 64
_LEAST = 1e-7  # a probability, as Keras clips it


@dataclass(frozen=True)
class Constant:
    """The best answer that does not look at the input.

    Attributes:
        labels: All of them, as the loss takes them.
        weights: Sample weights, (batch,) or as many axes as the labels have steps; or `None`.
        family: `LossKind.family`.
        from_logits: Whether the loss was told that the model answers with logits.
    """

    labels: np.ndarray
    weights: np.ndarray | None
    family: str | None
    from_logits: bool

    def answer(self, outputs: int) -> np.ndarray | None:
        """Return it: the classes' frequencies, the mean, or the median of the labels.

        Args:
            outputs: How many numbers an answer has.

        Returns:
            float64 array (outputs,); `None` where the loss is not known or labels do not fit.
        """
        rows = _rows(self.labels, self.family, outputs)
        shares = _shares(self.labels, self.weights)
        if shares is None or len(shares) != len(rows):
            shares = np.full(len(rows), 1 / len(rows))
        if self.family == "sparse":
            found = _frequencies(rows, shares, outputs)
        elif self.family in ("categorical", "binary", "squared"):
            found = shares @ rows
        elif self.family == "absolute":
            found = np.median(rows, axis=0)
        else:
            return None
        if found is None or found.shape != (outputs,) or not np.isfinite(found).all():
            return None
        if self.family in ("sparse", "categorical", "binary"):
            found = np.clip(found, _LEAST, 1 - _LEAST)
        if not self.from_logits:
            return found
        return np.log(found / (1 - found)) if self.family == "binary" else np.log(found)

    def in_place_of(self, prediction: Any) -> tf.Tensor | None:
        """Return it in the shape of a model's answer; `None` where that is no single tensor."""
        if not isinstance(prediction, tf.Tensor) or not prediction.shape[-1:].is_fully_defined():
            return None
        found = self.answer(int(prediction.shape[-1])) if prediction.shape.rank else None
        if found is None:
            return None
        return tf.broadcast_to(tf.cast(found, prediction.dtype), tf.shape(prediction))


def columns(labels: np.ndarray, family: str | None) -> np.ndarray | None:
    """Return the labels of whole sequences as numbers, (batch, columns): classes as one-hot.

    `None` where each step has a label of its own, labels are no numbers, or there are too many
    classes.
    """
    if labels.ndim > 2 or labels.dtype.kind not in "iubf":
        return None
    flat = labels.reshape(len(labels), -1).astype(np.float64)
    if family == "sparse":
        if flat.shape[1] != 1:
            return None
        classes = np.unique(flat)
        return (flat == classes).astype(np.float64) if len(classes) <= _MANY_CLASSES else None
    return flat if flat.shape[1] <= _MANY_CLASSES else None


def _rows(labels: np.ndarray, family: str | None, outputs: int) -> np.ndarray:
    """Return one row per answer: a class, or its numbers."""
    if family == "sparse":
        return labels.reshape(-1)
    return labels.astype(np.float64).reshape(-1, outputs if labels.shape[-1] == outputs else 1)


def _shares(labels: np.ndarray, weights: np.ndarray | None) -> np.ndarray | None:
    if weights is None or weights.sum() <= 0:
        return None
    steps = labels.shape[:2] if weights.ndim == 2 else labels.shape[:1]
    if weights.shape[: len(steps)] != steps:
        return None
    return weights.reshape(-1) / weights.sum()


def _frequencies(classes: np.ndarray, shares: np.ndarray, outputs: int) -> np.ndarray | None:
    """Return how often each class occurs; `None` where these are no numbers of outputs."""
    if not np.isfinite(classes).all() or classes.min() < 0 or classes.max() >= outputs:
        return None
    return np.bincount(classes.astype(int), shares, outputs)
