"""What a recurrent kernel does to a vector, time step after time step."""

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import floats


def spectral_radius(kernel: npt.ArrayLike) -> float:
    """Say whether a recurrent kernel by itself makes a gradient grow or shrink on its way back.

    Args:
        kernel: Array (units, units), such as a SimpleRNN's recurrent kernel.

    Returns:
        float, 0 or more: the largest absolute value of an eigenvalue. Carried back through many
        steps of a linear chain, a gradient changes by about this factor per step; NaN where
        a number in the kernel is not finite.

    Raises:
        ValueError: the kernel is not square. That of an LSTM is four square ones side by side:
            `np.split(kernel, 4, axis=1)`.

    Example:

    >>> round(spectral_radius([[0.0, -2.0], [2.0, 0.0]]), 6)
    2.0
    """
    kernel = floats(kernel).astype(np.float64, copy=False)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or kernel.size == 0:
        raise ValueError(
            f"Received a kernel of shape {kernel.shape}; expected (units, units). Split that of an "
            "LSTM or a GRU into its square blocks first: np.split(kernel, 4, axis=1), or 3."
        )
    if not np.isfinite(kernel).all():
        return float("nan")
    return float(np.abs(np.linalg.eigvals(kernel)).max())
