"""How far back through time a gradient reaches."""

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import floats


def horizon(
    norms: npt.ArrayLike, mask: npt.ArrayLike | None = None, *, fraction: float = 1e-3
) -> float:
    """Return how many steps back from the end the gradient still reaches.

    Walks back from the end, where the last step is 0 steps back, to the first step at which the
    norm *falls* below `fraction` of its largest value. To fall it must have been at or above that
    before: an exploding gradient begins small at the end, grows on its way back and never falls.

    Args:
        norms: Array (time,), 0 or more, as `step_norms` gives them.
        mask: Optional booleans (time,) or (batch, time), the mask that `step_norms` was given.
            Steps that it hides from all samples have no norm: those at the end (padding) are not
            counted, those between others are stepped over and counted.
        fraction: Between 0 and 1.

    Returns:
        int from 0 to `time`: `time` where the norm never falls, 0 where all are zero, so that
        nothing reaches even the last step. Next to an infinite norm every finite one is below.
        float NaN where one of the norms is not a number, or none is left: such a gradient has no
        horizon.

    Raises:
        ValueError: `norms` is not (time,), `mask` has another length, or `fraction` is not between
            0 and 1.

    Example:

    >>> horizon([1e-5, 1e-4, 0.1, 1.0])
    2
    >>> horizon([0.5, 0.6, 1.0]), horizon([1e6, 1e3, 1.0]), horizon([0.0, 0.0, 0.0])
    (3, 3, 0)
    >>> nan = float("nan")
    >>> horizon([0.5, 1.0, nan], mask=[True, True, False]), horizon([nan, 0.5, 1.0])
    (3, nan)
    """
    if not 0 < fraction < 1:
        raise ValueError(
            f"Received fraction={fraction!r}; expected a number between 0 and 1, the share of the "
            "largest norm below which a gradient counts as gone, such as 1e-3."
        )
    norms = _one_axis(norms)
    unmasked = np.flatnonzero(_unmasked(norms, mask)[::-1])
    known = norms[::-1][unmasked]
    if known.size == 0 or np.isnan(known).any():
        return float("nan")
    largest = known.max()
    if largest == 0:
        return 0
    below = known < fraction * largest
    falls = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    return int(unmasked[falls[0]] - unmasked[0]) if falls.size else int(norms.size)


def decay(norms: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> float:
    """Return log10 of the norm at the first step over the norm at the last.

    Args:
        norms: Array (time,), 0 or more, as `step_norms` gives them.
        mask: Optional booleans (time,) or (batch, time), the mask that `step_norms` was given.
            First and last are the first and the last step that it does not hide from all samples.

    Returns:
        float, in decades (powers of ten). -6 means that one millionth of what arrives at the last
        step is left at the first; positive means that the gradient grows on its way back. -inf
        where the first norm is 0, inf where only the last is 0 or the first is infinite; NaN where
        both are 0, both are infinite, one of the norms is not a number or none is left. Where every
        step has a loss of its own (`return_sequences=True`) the last step is not the one with the
        largest gradient; the definition stays the same, and the number then says less than
        `horizon`.

    Raises:
        ValueError: `norms` is not (time,), or `mask` has another length.

    Example:

    >>> decay([1e-6, 1e-3, 1.0]), decay([0.0, 1.0])
    (-6.0, -inf)
    """
    norms = _one_axis(norms)
    known = norms[_unmasked(norms, mask)]
    if known.size == 0 or np.isnan(known).any():
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = np.log10(known[[0, -1]])
        return float(first - last)


def _unmasked(norms: np.ndarray, mask: npt.ArrayLike | None) -> np.ndarray:
    """Booleans (time,): the steps that at least one sample has."""
    if mask is None:
        return np.ones(norms.shape, dtype=bool)
    known = floats(mask).astype(bool)
    if known.ndim not in (1, 2) or known.shape[-1:] != norms.shape:
        raise ValueError(
            f"Received a mask of shape {known.shape} for norms of shape {norms.shape}; expected "
            "(time,) or (batch, time), of the same time steps. Leave mask out where nothing is "
            "masked."
        )
    return known if known.ndim == 1 else np.any(known, axis=0)


def _one_axis(norms: npt.ArrayLike) -> np.ndarray:
    norms = floats(norms).astype(np.float64, copy=False)
    if norms.ndim != 1:
        raise ValueError(
            f"Received norms of shape {norms.shape}; expected (time,). "
            "step_norms makes them from (batch, time, units)."
        )
    if (norms < 0).any():
        raise ValueError(
            f"Received a norm of {norms.min()}; expected 0 or more. "
            "step_norms makes norms from gradients."
        )
    return norms
