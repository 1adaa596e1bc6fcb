"""What the measures have in common: floats, masks, means over what is measured."""

import numpy as np


def floats(values):
    """float32 stays as it is: copies of whole traces in float64 would take most of the time."""
    values = np.asarray(values)
    return values if values.dtype == np.float32 else values.astype(np.float64, copy=False)


def checked_mask(mask, shape):
    """Booleans (batch, time): the mask, or all `True` where there is none."""
    if mask is None:
        return np.ones(shape[:2], dtype=bool)
    mask = np.asarray(mask, dtype=bool)
    if mask.shape != shape[:2]:
        raise ValueError(
            f"Received a mask of shape {mask.shape} for values of shape {shape}; expected the "
            f"first two axes, (batch, time) = {shape[:2]}. Leave mask out where nothing is masked."
        )
    return mask


def mean_where(values, included, axis):
    """Mean of the included values along an axis; NaN where there are none."""
    total = np.sum(values, axis=axis, where=included)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of a step without samples
        return total / np.sum(included, axis=axis)


def measured(values, mask):
    """The values that are neither masked nor NaN; not a copy where that is all of them."""
    values = floats(values)
    if mask is not None:
        values = values[checked_mask(mask, values.shape)]
    missing = np.isnan(values)
    return values[~missing] if missing.any() else values
