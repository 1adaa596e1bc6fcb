"""What goes back through time in a SimpleRNN, and what each step adds to the gradient it learns by.

h_t = tanh(x_t K + h_{t-1} R + b)
dL/dh_{t-1} = (dL/dh_t * tanh'_t) R^T           where only the last step has a loss
dL/dR = sum_t h_{t-1}^T (dL/dh_t * tanh'_t)
"""

import math

import numpy as np
import numpy.typing as npt

from keras_rnn_study import measures


def contributions(states: npt.ArrayLike, gradients: npt.ArrayLike) -> np.ndarray:
    """Find what each step contributes to the gradient of a SimpleRNN's recurrent kernel.

    Args:
        states: h_t, (batch, time, units), from a state of zero.
        gradients: Total dL/dh_t, (batch, time, units).

    Returns:
        float64, (time, units, units): h_{t-1}^T (dL/dh_t * tanh'_t), summed over the batch. Their
        sum over time is dL/dR.

    Example:

    >>> contributions([[[0.5], [0.5]]], [[[1.0], [4.0]]]).ravel()  # the first has no state before
    array([0. , 1.5])
    """
    h, gradients = np.asarray(states, float), np.asarray(gradients, float)
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    return np.einsum("btu,btv->tuv", before, gradients * (1 - h**2))


def share_beyond(contributed: np.ndarray, depth: float) -> float:
    """Return the share of a gradient that comes from `depth` or more steps back from the end.

    Args:
        contributed: (time, ...), as `contributions` gives them.
        depth: Steps back from the end; the last step is 0 steps back. May be NaN, as the horizon
            of a gradient that is not finite is.

    Returns:
        Between 0 and 1: the norm of the far steps' sum, over that plus the norm of the near
        steps' sum. (Over the norm of the whole it could be more than 1, as parts may cancel.) NaN
        where `depth` is.

    Example:

    >>> share_beyond(np.array([1.0, 0.0, 3.0]), depth=1)
    0.25
    """
    if math.isnan(depth):
        return float("nan")
    split = len(contributed) - int(depth)
    far, near = (np.linalg.norm(part.sum(axis=0)) for part in np.split(contributed, [split]))
    return float(far / (far + near)) if far + near else float("nan")


def saturated(states: npt.ArrayLike) -> float:
    """Return the share of a tanh layer's states, (batch, time, units), at either end.

    Example:

    >>> saturated([[[0.0, 0.99], [-0.99, 0.5]]])
    0.5
    """
    shares = measures.saturation(states, "tanh")
    assert shares is not None  # tanh has ends
    return float(sum(shares))


def carried_back(
    last: npt.ArrayLike, slopes: npt.ArrayLike, recurrent_kernel: npt.ArrayLike
) -> np.ndarray:
    """Carry the gradient of the last step's state back to each step.

    Args:
        last: dL/dh at the last step, (batch, units), the only one with a loss.
        slopes: The activation's derivative at each step, (batch, time, units).
        recurrent_kernel: (units, units).

    Returns:
        float64, (batch, time, units).

    Example:

    >>> carried_back([[1.0]], [[[0.5], [0.5], [0.5]]], [[2.0]]).ravel()
    array([1., 1., 1.])
    """
    kernel, factors = np.asarray(recurrent_kernel, float), np.asarray(slopes, float)
    gradients = [np.asarray(last, float)]
    for t in range(factors.shape[1] - 1, 0, -1):
        gradients.append((gradients[-1] * factors[:, t]) @ kernel.T)
    return np.stack(gradients[::-1], axis=1)
