"""How far back through time a gradient reaches."""

import numpy as np


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


def _one_axis(norms):
    norms = np.asarray(norms, dtype=np.float64)
    if norms.ndim != 1:
        raise ValueError(
            f"Received norms of shape {norms.shape}; expected (time,). "
            "step_norms makes them from (batch, time, units)."
        )
    return norms
