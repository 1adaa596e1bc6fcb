"""The product's largest singular value alone, which takes less than all of them."""

import numpy as np

from keras_rnn_study.dynamics.trajectory import Trajectory


def largest_along(path: Trajectory) -> np.ndarray:
    """Return log10 of the product's largest singular value only, (batch, steps), back from the end.

    It needs no more than a scale factor, as it is known to the precision of the largest.
    """
    batch, _, states = path.shape
    product, logs, result = np.broadcast_to(np.eye(states), (batch, states, states)), 0, []
    for jacobian in path.back_from(path.shape[1] - 1):
        product = product @ jacobian
        size = np.abs(product).max(axis=(1, 2))
        with np.errstate(divide="ignore"):
            logs = logs + np.log10(size)
            product = product / np.where(size > 0, size, 1)[:, None, None]
            result.append(logs + np.log10(_largest(product)))
    return np.stack(result, axis=1)


def _largest(matrices: np.ndarray) -> np.ndarray:
    """Return the largest singular value of each, (batch,); NaN where one is not finite."""
    finite = np.isfinite(matrices).all(axis=(1, 2))
    result = np.full(len(matrices), np.nan)
    result[finite] = np.linalg.norm(matrices[finite], 2, axis=(1, 2))
    return result
