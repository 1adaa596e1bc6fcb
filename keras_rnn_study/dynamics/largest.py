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


def direct_gradients(path: Trajectory) -> np.ndarray | None:
    """Return what the loss sends to the state after each step, not by way of later ones.

    (batch, time, states), in the loop's order; `None` for a trace without gradients.
    """
    layer = path.layer
    if layer.output_gradients is None or layer.final_state_gradients is None:
        return None
    batch, time, states = path.shape
    direct = np.zeros((batch, time, states))
    surface = path.loop_order(layer.output_gradients[:batch]).reshape(batch, time, -1)
    direct[..., : surface.shape[-1]] = surface
    final = [g[:batch].reshape(batch, -1) for g in layer.final_state_gradients.values()]
    direct[:, -1] += np.concatenate(final, axis=-1)
    if path.mask is not None:  # a masked step has the same state, so what comes in comes in there
        for t in range(1, time):
            masked = ~path.mask[:, t]
            direct[masked, t] += direct[masked, t - 1]
            direct[masked, t - 1] = 0
    return direct
