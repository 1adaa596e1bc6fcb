"""A gate's histogram, mean and saturation from one count of its values, made where they lie.

What `distribution.py` measures of arrays, for tensors in a graph: only the counts leave it. The
two are tested against each other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

from keras_rnn_study.measures.distribution import SATURATION, histogram_of, shares_of

Named: TypeAlias = dict[str, tf.Tensor]

BUCKETS = 30
_INSIDE, _LEFT, _RIGHT, _NAN = range(4)


class Tally(NamedTuple):
    """What was counted of a gate's unmasked values.

    Attributes:
        low: () float64, the least finite value; infinite where there is none.
        high: () float64, the largest.
        total: () float64, the sum of all values.
        counts: (31, 4) int32: how many lie in which bucket between `low` and `high`, by whether
            they are neither, saturated on the left, on the right, or no numbers. The last bucket
            is that of all that is not finite.
    """

    low: np.ndarray
    high: np.ndarray
    total: np.ndarray
    counts: np.ndarray

    def histogram(self) -> np.ndarray:
        """Return what `measures.histogram` does."""
        return histogram_of(float(self.low), float(self.high), self.counts[:-1].sum(axis=1))

    def mean(self) -> float:
        """Return what `measures.mean` does."""
        with np.errstate(invalid="ignore"):  # 0 / 0: of nothing there is no mean
            return float(self.total / self.counts.sum())

    def saturation(self, activation: str) -> tuple[float, float] | None:
        """Return what `measures.saturation` does, for the activation that was counted by."""
        if activation not in SATURATION:
            return None
        sides = self.counts.sum(axis=0)
        size = 0 if sides[_NAN] else int(sides.sum())
        return shares_of(int(sides[_LEFT]), int(sides[_RIGHT]), size)


def tallies(
    parts: Sequence[Named],
    masks: Sequence[tf.Tensor | None],
    activations: Mapping[str, str],
    compiled: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> dict[str, dict[str, tf.Tensor]]:
    """Count the values of gates.

    Args:
        parts: Tensors (time, samples, ...) by name, the batch in parts.
        masks: For each part booleans (time, samples), or `None`.
        activations: For each gate to count the name of the function that made the values.
        compiled: `compiled(function) -> function`, such as `cells.replay.compiled`.

    Returns:
        For each gate a dict of the fields of `Tally`.
    """

    @compiled
    def limits(gates: Named, mask: tf.Tensor | None) -> dict[str, tuple[tf.Tensor, ...]]:
        return {name: _limits(gates[name], mask) for name in activations}

    @compiled
    def counts(gates: Named, mask: tf.Tensor | None, low: Named, high: Named) -> Named:
        return {
            name: _counts(gates[name], mask, low[name], high[name], activation)
            for name, activation in activations.items()
        }

    found = [limits(gates, mask) for gates, mask in zip(parts, masks, strict=True)]
    low, high, total = (
        {name: reduce([part[name][place] for part in found]) for name in activations}
        for place, reduce in enumerate((tf.reduce_min, tf.reduce_max, tf.add_n))
    )
    counted = [counts(*part, low, high) for part in zip(parts, masks, strict=True)]
    return {
        name: {
            "low": low[name],
            "high": high[name],
            "total": total[name],
            "counts": tf.add_n([part[name] for part in counted]),
        }
        for name in activations
    }


def _limits(values: tf.Tensor, mask: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the least and the largest finite value, and the sum of all: float64 scalars."""
    counted = _included(values, mask)
    finite = counted & tf.math.is_finite(values)
    low = tf.reduce_min(tf.where(finite, values, np.inf))
    high = tf.reduce_max(tf.where(finite, values, -np.inf))
    total = tf.reduce_sum(tf.cast(tf.where(counted, values, 0), tf.float64))
    return tf.cast(low, tf.float64), tf.cast(high, tf.float64), total


def _counts(
    values: tf.Tensor,
    mask: tf.Tensor | None,
    low: tf.Tensor,
    high: tf.Tensor,
    activation: str,
) -> tf.Tensor:
    """Return `Tally.counts`; the places of values are computed as for an array."""
    left, right = SATURATION.get(activation, (-np.inf, np.inf))
    places = (tf.cast(values, tf.float64) - low) / (high - low) * BUCKETS
    # The largest value belongs to the last bucket; so does a single one, whose place is 0 / 0.
    bucket = tf.where(high > low, tf.minimum(tf.cast(places, tf.int32), BUCKETS - 1), BUCKETS - 1)
    bucket = tf.where(tf.math.is_finite(values), bucket, BUCKETS)
    side = tf.where(values < left, _LEFT, tf.where(values > right, _RIGHT, _INSIDE))
    side = tf.where(tf.math.is_nan(values), _NAN, side)
    cell = tf.where(_included(values, mask), bucket * 4 + side, -1)  # a negative one is dropped
    cells = tf.reshape(cell, [-1])
    counts = tf.math.unsorted_segment_sum(tf.ones_like(cells), cells, (BUCKETS + 1) * 4)
    return tf.reshape(counts, [BUCKETS + 1, 4])


def _included(values: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    if mask is None:
        return tf.ones_like(values, tf.bool)
    wide = tf.reshape(mask, [*tf.unstack(tf.shape(mask)), *[1] * (len(values.shape) - 2)])
    return tf.broadcast_to(wide, tf.shape(values))
