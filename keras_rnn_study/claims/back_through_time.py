"""What goes back through time in a SimpleRNN, and what each step adds to the gradient it learns by.

h_t = tanh(x_t K + h_{t-1} R + b)
dL/dh_{t-1} = (dL/dh_t * tanh'_t) R^T           where only the last step has a loss
dL/dR = sum_t h_{t-1}^T (dL/dh_t * tanh'_t)
"""

import numpy as np


def contributions(states, gradients):
    """What each step contributes to the gradient of a SimpleRNN's recurrent kernel.

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
    h, gradients = np.float64(states), np.float64(gradients)
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    return np.einsum("btu,btv->tuv", before, gradients * (1 - h**2))


def share_beyond(contributed, depth):
    """The share of a gradient that comes from steps `depth` or more steps back from the end.

    Args:
        contributed: (time, ...), as `contributions` gives them.
        depth: Steps back from the end; the last step is 0 steps back.

    Returns:
        float between 0 and 1: the norm of the far steps' sum, over that plus the norm of the near
        steps' sum. (Over the norm of the whole it could be more than 1, as parts may cancel.)

    Example:

    >>> share_beyond(np.array([1.0, 0.0, 3.0]), depth=1)
    0.25
    """
    split = len(contributed) - depth
    far, near = (np.linalg.norm(part.sum(axis=0)) for part in np.split(contributed, [split]))
    return float(far / (far + near)) if far + near else float("nan")


def carried_back(last, slopes, recurrent_kernel):
    """The gradient of each step's state, carried back from the last.

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
    kernel, slopes = np.float64(recurrent_kernel), np.float64(slopes)
    gradients = [np.float64(last)]
    for t in range(slopes.shape[1] - 1, 0, -1):
        gradients.append((gradients[-1] * slopes[:, t]) @ kernel.T)
    return np.stack(gradients[::-1], axis=1)
