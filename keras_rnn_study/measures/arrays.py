"""What the measures have in common: numbers, masks, means over what is measured."""

import numpy as np
import numpy.typing as npt


def floats(values: npt.ArrayLike) -> np.ndarray:
    """Return an array of floats; float32 as it is, as copies of whole traces would take longest.

    Raises:
        ValueError: These are no numbers.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:  # lists of several lengths
        raise ValueError(_not_numbers(values)) from error
    if array.dtype.kind not in "fiub":
        raise ValueError(_not_numbers(values))
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def checked_mask(mask: npt.ArrayLike | None, shape: tuple[int, ...]) -> np.ndarray:
    """Return booleans (batch, time): the mask, or all `True` where there is none.

    Raises:
        ValueError: The mask has another shape.
    """
    if mask is None:
        return np.ones(shape[:2], dtype=bool)
    mask = floats(mask).astype(bool)
    if len(shape) < 2 or mask.shape != shape[:2]:
        raise ValueError(
            f"Received a mask of shape {mask.shape} for values of shape {shape}; expected the "
            f"first two axes, (batch, time) = {shape[:2]}. Leave mask out where nothing is masked."
        )
    return mask


def mean_where(values: np.ndarray, included: np.ndarray, axis: int | None) -> np.ndarray:
    """Return the mean of the included values along an axis; NaN where there are none."""
    total = np.sum(values, axis=axis, where=included)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of a step without samples
        return total / np.sum(included, axis=axis)


def unmasked(values: npt.ArrayLike, mask: npt.ArrayLike | None) -> np.ndarray:
    """Return the values that are not masked; not a copy where that is all of them."""
    array = floats(values)
    return array if mask is None else array[checked_mask(mask, array.shape)]


def _not_numbers(values: object) -> str:
    return (
        f"Received {type(values).__name__} where numbers are measured; expected an array of them, "
        "such as a trace's t['lstm'].gates['forget'] or t['lstm'].state_gradients['h']."
    )
