"""What the product of the Jacobians does to a gradient on its way back through time."""

import itertools
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_rnn_study.arguments import whole_number
from keras_rnn_study.dynamics.product import Carried, Product
from keras_rnn_study.dynamics.trajectory import Trajectory, follow
from keras_rnn_study.tracing.loss import Loss

_LN_10 = np.log(10)


@dataclass(frozen=True, eq=False, repr=False)
class BackwardGain:
    """The product P_k = J_T J_{T-1} ... J_{T-k+1} for k = 1, 2, ... steps back; index 0 is k = 1.

    All logarithms are to base 10; -inf for zero. A gradient that arrives at the state after step T
    is dL/ds_{T-k} = dL/ds_T P_k at the state k steps before. Whatever its direction, its norm
    changes by a factor between the smallest and the largest singular value.

    Attributes:
        singular_values: float64 (batch, steps, states): log10, the largest first. Each is known to
            its own precision, however small; but of a single Jacobian only what is above 1e-16 of
            its largest value, so what falls by more in one step is zero.
        gradient: float64 (batch, steps): log10 of what this loss's gradient at step T really does,
            |dL/ds_T P_k| over |dL/ds_T|; `None` without labels, NaN where no gradient is at step T.
        total: float64 (batch, steps): log10 of the norm of the total gradient k steps back,
            |dL/ds_{T-k}| over |dL/ds_T|. Where the loss looks at the last step only it equals
            `gradient`. Elsewhere it is a sum, of which `gradient` is what came all the way from
            step T; `explained` tells them apart.
    """

    singular_values: np.ndarray
    gradient: np.ndarray | None = None
    total: np.ndarray | None = None

    @property
    def explained(self) -> np.ndarray | None:
        """Return the norm of what came from step T over the total gradient's, (batch, steps).

        1 where all of it did, 0 where it comes from later losses; more than 1 where parts cancel.
        """
        if self.gradient is None or self.total is None:
            return None
        with np.errstate(invalid="ignore"):
            return np.asarray(10 ** (self.gradient - self.total))

    def __repr__(self) -> str:
        batch, steps, states = self.singular_values.shape
        largest = _mean(self.singular_values[:, -1, 0])
        text = f"batch={batch}, states={states}, {steps} steps back: largest 1e{largest:+.1f}"
        if self.gradient is not None:
            text += f", this loss's gradient 1e{_mean(self.gradient[:, -1]):+.1f}"
        return f"BackwardGain({text})"


def backward_gain(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    layer: str | None = None,
    step: int | None = None,
    loss: Loss | None = None,
) -> BackwardGain:
    """Find how a gradient grows or shrinks over k steps back through time.

    The largest singular value is what the product *can* do, `gradient` what it does to this loss's
    gradient, which lies in a direction. A kernel that is not normal can let the gradient grow by
    many powers of ten over some steps, though its eigenvalues are below 1: these show it, where
    `measures.spectral_radius` does not.

    Args:
        model: A built `keras.Model` with a recurrent layer; compiled, if `y` is given.
        x: One batch of inputs as `model.predict` takes them.
        y: Labels as `model.evaluate` takes them; without them only the singular values.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        step: The input's time step T to go back from. Default: where the layer's loop ends.
        loss: As `trace` takes it.

    Returns:
        `BackwardGain`, as many steps as there are up to `step`. At masked steps nothing changes;
        they are counted. What the layer puts out is taken to be h, as in all of Keras' layers.

    Raises:
        ValueError: As `trace` does; `layer` is none of the model's, or left out where it has
            several; or `step` is no step of the input.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> halve = keras.layers.SimpleRNN(
    ...     2, activation=None, recurrent_initializer=keras.initializers.Identity(0.5)
    ... )
    >>> model = keras.Sequential([keras.Input((400, 3)), halve])
    >>> gain = dynamics.backward_gain(model, np.ones((1, 400, 3)))
    >>> gain.singular_values.shape, gain.singular_values[0, -1].round(3).tolist()
    ((1, 400, 2), [-120.412, -120.412])
    """
    path = follow(model, x, y, layer=layer, loss=loss)
    _, time, _ = path.shape
    start = time - 1
    if step is not None:
        start = whole_number("step", step, at_least=0, at_most=time - 1)
        start = time - 1 - start if path.backwards else start
    return gain_along(path, start)


def gain_along(path: Trajectory, start: int) -> BackwardGain:
    """Return the gain from the step `start`, in the loop's order."""
    batch, _, states = path.shape
    product, values = Product(batch, states), []
    for jacobian in path.back_from(start):
        product.times(jacobian)
        values.append(product.log_singular_values())
    singular_values = np.stack(values, axis=1) / _LN_10
    direct = direct_gradients(path)
    if direct is None:
        return BackwardGain(singular_values)
    return BackwardGain(singular_values, *_gradients_along(path, start, direct))


def _gradients_along(
    path: Trajectory, start: int, direct: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return `BackwardGain.gradient` and `BackwardGain.total`."""
    time = path.shape[1]
    total = Carried(direct[:, -1])
    steps = zip(range(time - 1, -1, -1), path.back_from(time - 1), strict=True)
    for t, jacobian in itertools.takewhile(lambda pair: pair[0] > start, steps):
        total.times(jacobian)
        total.plus(direct[:, t - 1])
    carried, at_start = total.copy(), total.log_lengths()
    logs = []
    for t, jacobian in zip(range(start, -1, -1), path.back_from(start), strict=True):
        carried.times(jacobian)
        total.times(jacobian)
        if t:
            total.plus(direct[:, t - 1])
        logs.append([carried.log_lengths(), total.log_lengths()])
    with np.errstate(invalid="ignore"):  # no gradient at the start
        gradient, totals = (np.moveaxis(np.array(logs), 0, -1) - at_start[:, None]) / _LN_10
    return gradient, totals


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


def _mean(logs: np.ndarray) -> float:
    finite = logs[np.isfinite(logs)]
    return float(finite.mean()) if finite.size else float("-inf")
