"""What a recurrent kernel does to a vector, time step after time step."""

import numpy as np


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
