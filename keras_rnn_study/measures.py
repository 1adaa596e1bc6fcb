"""What is computed from traced arrays: arrays in, numbers out.

Nothing here knows a model or a file. Everything is accumulated in float64: a gradient that has come
back through many steps may be 1e-30, and its square is zero in float32.

NaN among the inputs of the functions that reduce over time means "not measured at this step", which
is how `step_norms` marks a step that is masked in every sample.
"""

import math

import numpy as np

# Activation -> (saturated on the left below, on the right above). The derivative is then less than
# 0.09 for the sigmoid (at most 0.25) and less than 0.1 for tanh (at most 1).
SATURATION = {"sigmoid": (0.1, 0.9), "tanh": (-0.95, 0.95)}

_BLOCK = 65536  # values that are worked on together: few enough for the processor's cache


def step_norms(values, mask=None):
    """Mean over the batch of the L2 norm at each time step.

    Args:
        values: array of shape `(batch, time, ...)`, such as the total gradient dL/dh_t.
        mask: optional booleans of shape `(batch, time)`. Where False, that sample is left out of
            that step's mean, whatever its value is.

    Returns:
        float64 array of shape `(time,)`, in the unit of `values`. NaN where no sample is unmasked.
        NaN and infinity of an unmasked sample stay visible: that step's mean is NaN or infinite.

    Raises:
        ValueError: if `values` has no time axis, or `mask` is not `(batch, time)`.

    Example:

    >>> gradient = np.array([[[3.0, 4.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 3.0]]])
    >>> step_norms(gradient).tolist()
    [2.5, 2.0]
    >>> step_norms(gradient, mask=[[True, True], [False, True]]).tolist()
    [5.0, 2.0]
    """
    norms, unmasked = _sample_norms(values, mask)
    return _mean_where(norms, unmasked, axis=0)


def state_norm(values, mask=None):
    """Mean over the batch and the unmasked time steps of a state's L2 norm.

    Args:
        values: array of shape `(batch, time, units)`: a state after each step.
        mask: optional booleans of shape `(batch, time)`; False is left out.

    Returns:
        float, 0 or more; NaN where everything is masked.

    Raises:
        ValueError: as `step_norms`.

    Example:

    >>> state_norm(np.array([[[3.0, 4.0], [0.0, 1.0]]]))
    3.0
    """
    norms, unmasked = _sample_norms(values, mask)
    return float(_mean_where(norms, unmasked, axis=None))


def horizon(norms, fraction=1e-3):
    """How many steps back from the end the gradient still reaches.

    Walks back from the end, where the last measured step is 0 steps back, to the first step at
    which the norm *falls* below `fraction` of its largest value. To fall it must have been at or
    above that before: an exploding gradient begins small at the end, grows on its way back and
    never falls.

    Args:
        norms: array of shape `(time,)`, 0 or more, as `step_norms` gives them.
        fraction: float between 0 and 1.

    Returns:
        int between 0 and `time`. `time` where the norm never falls, so also where it is NaN until
        the beginning; 0 where all norms are zero: nothing reaches even the last step. NaN steps
        have no norm to compare: those at the end (padding that every sample masks) are not counted,
        those between others are stepped over and counted. Next to an infinite norm every finite one
        is below.

    Raises:
        ValueError: if `norms` is not one-dimensional.

    Example:

    >>> horizon([1e-5, 1e-4, 0.1, 1.0])
    2
    >>> horizon([0.5, 0.6, 1.0]), horizon([1e6, 1e3, 1.0]), horizon([0.0, 0.0, 0.0])
    (3, 3, 0)
    """
    backwards = _one_axis(norms)[::-1]
    measured = np.flatnonzero(~np.isnan(backwards))
    if measured.size == 0:
        return int(backwards.size)
    known = backwards[measured]
    largest = known.max()
    if largest == 0:
        return 0
    below = known < fraction * largest
    falls = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    return int(measured[falls[0]] - measured[0]) if falls.size else int(backwards.size)


def decay(norms):
    """log10 of the norm at the first step over the norm at the last.

    Args:
        norms: array of shape `(time,)`, 0 or more, as `step_norms` gives them. NaN steps are left
            out, so first and last are the first and the last measured steps.

    Returns:
        float, in decades (powers of ten). -6 means that one millionth of what arrives at the last
        step is left at the first; positive means that the gradient grows on its way back. -inf
        where the first norm is 0, inf where only the last is 0 or the first is infinite, NaN where
        both are 0, both are infinite or nothing is measured. Where every step has a loss of its own
        (`return_sequences=True`) the last step is not the one with the largest gradient; the
        definition stays the same, and the number then says less than `horizon`.

    Raises:
        ValueError: if `norms` is not one-dimensional.

    Example:

    >>> decay([1e-6, 1e-3, 1.0]), decay([0.0, 1.0])
    (-6.0, -inf)
    """
    norms = _one_axis(norms)
    measured = norms[~np.isnan(norms)]
    if measured.size == 0:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = np.log10(measured[[0, -1]])
        return float(first - last)


def spectral_radius(kernel):
    """Does the recurrent kernel by itself make a gradient grow or shrink on its way back?

    Args:
        kernel: array of shape `(units, units)`, such as a SimpleRNN's recurrent kernel.

    Returns:
        float, 0 or more: the largest absolute value of an eigenvalue. Carried back through many
        steps of a linear chain, a gradient changes by about this factor a step.

    Raises:
        ValueError: the kernel is not square. That of an LSTM is four square ones side by side:
            `np.split(kernel, 4, axis=1)`.

    Example:

    >>> round(spectral_radius([[0.0, -2.0], [2.0, 0.0]]), 6)
    2.0
    """
    kernel = np.asarray(kernel, dtype=np.float64)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1]:
        raise ValueError(
            f"Received a kernel of shape {kernel.shape}; expected (units, units). Split that of an "
            "LSTM or a GRU into its square blocks first: np.split(kernel, 4, axis=1), or 3."
        )
    return float(np.abs(np.linalg.eigvals(kernel)).max())


def saturation(values, activation, mask=None):
    """Shares of a gate's values that are saturated on the left and on the right.

    Args:
        values: array of a gate's activations, any shape; NaN (a masked step) is left out.
        activation: name of the function that made them. "sigmoid": left below 0.1, right above 0.9.
            "tanh": left below -0.95, right above 0.95. The thresholds are `SATURATION`.
        mask: optional booleans of shape `(batch, time)`; False is left out.

    Returns:
        `(left, right)`: two floats between 0 and 1, NaN where nothing is left to count. `None` for
        any other activation: a ReLU or a linear unit has no two ends to saturate at.

    Example:

    >>> saturation([0.05, 0.5, 0.95, 0.99], "sigmoid")
    (0.25, 0.5)
    >>> saturation([0.05, 0.5], "relu") is None
    True
    """
    if activation not in SATURATION:
        return None
    low, high = SATURATION[activation]
    kept = _measured(values, mask)
    if kept.size == 0:
        return float("nan"), float("nan")
    counts = np.count_nonzero(kept < low), np.count_nonzero(kept > high)
    return float(counts[0] / kept.size), float(counts[1] / kept.size)


def mean(values, mask=None):
    """Mean of the values that are not NaN.

    Args:
        values: array of any shape.
        mask: optional booleans of shape `(batch, time)`; False is left out.

    Returns:
        float; NaN where nothing is left to average.

    Example:

    >>> mean([0.25, float("nan"), 0.75])
    0.5
    """
    kept = _measured(values, mask)
    with np.errstate(invalid="ignore"):  # inf and -inf together have no mean
        return float(kept.mean(dtype=np.float64)) if kept.size else float("nan")


def histogram(values, mask=None, buckets=30):
    """How the values are distributed.

    Args:
        values: array of any shape. NaN, and infinity, which no bucket can hold, are left out.
        mask: optional booleans of shape `(batch, time)`; False is left out.
        buckets: int, between the least and the largest value, all of the same width.

    Returns:
        float64 array of shape `(buckets, 3)`: left edge, right edge, count. A single distinct value
        has buckets without width and all of the count in the last, TensorBoard's own convention.
        Without any value all is 0.

    Example:

    >>> histogram([0.0, 0.2, 1.0, float("nan")], buckets=2).tolist()
    [[0.0, 0.5, 2.0], [0.5, 1.0, 1.0]]
    """
    kept = _measured(values, mask)
    finite = np.isfinite(kept)
    kept = kept.ravel() if finite.all() else kept[finite]
    low, high = (float(kept.min()), float(kept.max())) if kept.size else (0.0, 0.0)
    edges = np.linspace(low, high, buckets + 1)
    if low == high:
        counts = np.append(np.zeros(buckets - 1), kept.size)
    else:
        counts = _counts(kept, low, high, buckets)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def _counts(values, low, high, buckets):
    """Those of `np.histogram`, of which a value within rounding of an edge may fall on either side.

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


def _sample_norms(values, mask):
    """L2 norms and booleans, both `(batch, time)`."""
    values = _floats(values)
    if values.ndim < 2:
        raise ValueError(
            f"Received values of shape {values.shape}; expected (batch, time, ...). "
            "Give a single sample a batch axis: values[None]."
        )
    vectors = values.reshape(*values.shape[:2], math.prod(values.shape[2:]))
    with np.errstate(over="ignore"):
        squares = np.einsum("btu,btu->bt", vectors, vectors, dtype=np.float64)
    return np.sqrt(squares), _checked_mask(mask, values.shape)


def _checked_mask(mask, shape):
    if mask is None:
        return np.ones(shape[:2], dtype=bool)
    mask = np.asarray(mask, dtype=bool)
    if mask.shape != shape[:2]:
        raise ValueError(
            f"Received a mask of shape {mask.shape} for values of shape {shape}; expected the "
            f"first two axes, (batch, time) = {shape[:2]}. Leave mask out where nothing is masked."
        )
    return mask


def _mean_where(values, included, axis):
    total = np.sum(values, axis=axis, where=included)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of a step without samples
        return total / np.sum(included, axis=axis)


def _measured(values, mask):
    """The values that are neither masked nor NaN; not a copy where that is all of them."""
    values = _floats(values)
    if mask is not None:
        values = values[_checked_mask(mask, values.shape)]
    missing = np.isnan(values)
    return values[~missing] if missing.any() else values


def _floats(values):
    """float32 stays as it is: copies of whole traces in float64 would take most of the time."""
    values = np.asarray(values)
    return values if values.dtype == np.float32 else values.astype(np.float64, copy=False)


def _one_axis(norms):
    norms = np.asarray(norms, dtype=np.float64)
    if norms.ndim != 1:
        raise ValueError(
            f"Received norms of shape {norms.shape}; expected (time,). "
            "step_norms makes them from (batch, time, units)."
        )
    return norms
