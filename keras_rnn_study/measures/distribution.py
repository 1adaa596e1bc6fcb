"""What the values of a gate are like: mean, saturation, histogram."""

import reprlib

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import unmasked

# Activation -> (saturated on the left below, on the right above). The derivative is then less than
# 0.09 for the sigmoid (at most 0.25) and less than 0.1 for tanh (at most 1).
SATURATION: dict[str, tuple[float, float]] = {"sigmoid": (0.1, 0.9), "tanh": (-0.95, 0.95)}

_MOST_BUCKETS = 100_000
_BLOCK = 65536  # values that are worked on together: few enough for the processor's cache


def saturation(
    values: npt.ArrayLike, activation: str, mask: npt.ArrayLike | None = None
) -> tuple[float, float] | None:
    """Return the shares of a gate's values that are saturated on the left and on the right.

    Args:
        values: Array of a gate's activations, any shape.
        activation: Name of the function that made them. "sigmoid": left below 0.1, right above 0.9.
            "tanh": left below -0.95, right above 0.95. The thresholds are `SATURATION`.
        mask: Optional booleans (batch, time); False is left out.

    Returns:
        `(left, right)`: two floats between 0 and 1, NaN where nothing is left to count or a value
        is NaN. `None` for any other activation: a ReLU or a linear unit has no two ends to
        saturate at.

    Example:

    >>> saturation([0.05, 0.5, 0.95, 0.99], "sigmoid")
    (0.25, 0.5)
    >>> saturation([0.05, 0.5], "relu") is None
    True
    """
    if not isinstance(activation, str):
        raise ValueError(
            f"Received an activation of type {type(activation).__name__}; expected the name of a "
            'function, such as "sigmoid".'
        )
    if activation not in SATURATION:
        return None
    low, high = SATURATION[activation]
    kept = unmasked(values, mask)
    size = 0 if np.isnan(kept).any() else kept.size
    return shares_of(int(np.count_nonzero(kept < low)), int(np.count_nonzero(kept > high)), size)


def mean(values: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> float:
    """Return the mean of the values that are not masked.

    Args:
        values: Array of any shape.
        mask: Optional booleans (batch, time); False is left out.

    Returns:
        float; NaN where nothing is left to average or a value is NaN.

    Example:

    >>> mean([0.25, 0.75])
    0.5
    """
    kept = unmasked(values, mask)
    with np.errstate(invalid="ignore"):  # inf and -inf together have no mean
        return float(kept.mean(dtype=np.float64)) if kept.size else float("nan")


def histogram(
    values: npt.ArrayLike, mask: npt.ArrayLike | None = None, buckets: int = 30
) -> np.ndarray:
    """Count how many values lie where.

    Args:
        values: Array of any shape. NaN, and infinity, which no bucket can hold, are left out.
        mask: Optional booleans (batch, time); False is left out.
        buckets: int, between the least and the largest value, all of the same width.

    Returns:
        float64 array (buckets, 3): left edge, right edge, count. A single distinct value
        has buckets without width and all of the count in the last, TensorBoard's own convention.
        Without any value all is 0.

    Raises:
        ValueError: `values` are no numbers, `mask` is not (batch, time), or there is no bucket.

    Example:

    >>> histogram([0.0, 0.2, 1.0, float("nan")], buckets=2).tolist()
    [[0.0, 0.5, 2.0], [0.5, 1.0, 1.0]]
    """
    is_whole = isinstance(buckets, int | np.integer) and not isinstance(buckets, bool)
    if not is_whole or not 1 <= buckets <= _MOST_BUCKETS:
        raise ValueError(
            f"Received buckets={reprlib.repr(buckets)}; expected a whole number from 1 to "
            f"{_MOST_BUCKETS}, such as 30."
        )
    kept = unmasked(values, mask)
    finite = np.isfinite(kept)
    kept = kept.ravel(order="K") if finite.all() else kept[finite]
    low, high = (float(kept.min()), float(kept.max())) if kept.size else (0.0, 0.0)
    if low == high:
        counts = np.append(np.zeros(buckets - 1), kept.size)
    else:
        counts = _counts(kept, low, high, buckets)
    return histogram_of(low, high, counts)


def histogram_of(low: float, high: float, counts: np.ndarray) -> np.ndarray:
    """Return counts with their edges; see `histogram`.

    Args:
        low: The least value.
        high: The largest.
        counts: (buckets,)
    """
    edges = np.linspace(low, high, len(counts) + 1) if counts.any() else np.zeros(len(counts) + 1)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def shares_of(left: int, right: int, size: int) -> tuple[float, float]:
    """Return two counts over the size; NaN where that is 0; see `saturation`."""
    return (left / size, right / size) if size else (float("nan"), float("nan"))


def _counts(values: np.ndarray, low: float, high: float, buckets: int) -> np.ndarray:
    """Return the counts of `np.histogram`.

    A value within rounding of an edge may fall on either side.

    Several times as fast, as it does not compare each value with its bucket's edges once more.
    """
    counts = np.zeros(buckets + 1, int)
    for start in range(0, values.size, _BLOCK):
        places = values[start : start + _BLOCK].astype(np.float64)
        places -= low
        places /= high - low
        places *= buckets
        counts += np.bincount(places.astype(np.intp), minlength=buckets + 1)
    counts[-2] += counts[-1]  # the largest value belongs to the last bucket
    return counts[:-1]
