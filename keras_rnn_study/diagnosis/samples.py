"""Some samples of a batch, for looks that need not see all."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_rnn_study.tracing.batch import Batch


def number_of(batch: Batch) -> int:
    """Return how many samples a batch has."""
    return int(keras.tree.flatten(batch.x)[0].shape[0])


def spread(count: int, most: int) -> np.ndarray:
    """Return the numbers of at most so many samples from all over, as labels may be sorted.

    Example:

    >>> spread(9, 3), spread(2, 3)
    (array([0, 4, 8]), array([0, 1]))
    """
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)


def chosen(batch: Batch, rows: npt.ArrayLike) -> Batch:
    """Return the samples with these numbers, a tensor or an array (samples,)."""

    def taken(part: Any) -> Any:
        return None if part is None else tf.gather(part, rows)

    return Batch(*(keras.tree.map_structure(taken, part) for part in batch))
