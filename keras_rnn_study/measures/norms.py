"""How large states and gradients are, at each time step and over all of them."""

import math

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import checked_mask, floats, mean_where


def step_norms(values: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> np.ndarray:
    """Return the mean over the batch of the L2 norm at each time step.

    Args:
        values: Array (batch, time, ...), such as the total gradient dL/dh_t.
        mask: Optional booleans (batch, time). Where False, that sample is left out of
            that step's mean, whatever its value is.

    Returns:
        float64 array (time,), in the unit of `values`. NaN where no sample is unmasked.
        NaN and infinity of an unmasked sample stay visible: that step's mean is NaN or infinite.

    Raises:
        ValueError: `values` are no numbers or have no time axis, or `mask` is not (batch, time).

    Example:

    >>> gradient = np.array([[[3.0, 4.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 3.0]]])
    >>> step_norms(gradient).tolist()
    [2.5, 2.0]
    >>> step_norms(gradient, mask=[[True, True], [False, True]]).tolist()
    [5.0, 2.0]
    """
    norms, unmasked = _sample_norms(values, mask)
    return mean_where(norms, unmasked, axis=0)


def state_norm(values: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> float:
    """Return the mean over the batch and the unmasked time steps of a state's L2 norm.

    Args:
        values: Array (batch, time, units): a state after each step.
        mask: Optional booleans (batch, time); False is left out.

    Returns:
        float, 0 or more; NaN where everything is masked.

    Raises:
        ValueError: as `step_norms`.

    Example:

    >>> state_norm(np.array([[[3.0, 4.0], [0.0, 1.0]]]))
    3.0
    """
    norms, unmasked = _sample_norms(values, mask)
    return float(mean_where(norms, unmasked, axis=None))


def _sample_norms(
    values: npt.ArrayLike, mask: npt.ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """L2 norms and booleans, both `(batch, time)`."""
    values = floats(values)
    if values.ndim < 2:
        raise ValueError(
            f"Received values of shape {values.shape}; expected (batch, time, ...). "
            "Give a single sample a batch axis: values[None]."
        )
    vectors = values.reshape(*values.shape[:2], math.prod(values.shape[2:]))
    with np.errstate(over="ignore"):
        squares = np.einsum("btu,btu->bt", vectors, vectors, dtype=np.float64)
    return np.sqrt(squares), checked_mask(mask, values.shape)
