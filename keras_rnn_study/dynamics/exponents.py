"""Lyapunov exponents: at which rate nearby states part, and a gradient grows or shrinks."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_rnn_study.arguments import whole_number
from keras_rnn_study.dynamics.product import random_directions, without_noise
from keras_rnn_study.dynamics.trajectory import Trajectory, follow

_LONGEST_TRANSIENT = 100


@dataclass(frozen=True, eq=False, repr=False)
class LyapunovExponents:
    """Rates of growth per step, as natural logarithms, along the trajectories of a batch.

    Attributes:
        exponents: float64 (count,): the mean over the samples, the largest first. 0: neither grows
            nor shrinks; -0.1: exp(-0.1) = 0.905 is left after each step. -inf: gone in one step.
        spread: float64 (count,): standard deviation between the samples; NaN for a single one.
        by_sample: float64 (batch, count); NaN for a sample with no step behind the transient.
        transient: int: how many steps at the beginning were left out. A masked step is no step.
        steps: (batch,) ints: how many steps were measured.
    """

    exponents: np.ndarray
    spread: np.ndarray
    by_sample: np.ndarray
    transient: int
    steps: np.ndarray

    def __repr__(self) -> str:
        first = ", ".join(
            f"{exponent:.3g} +- {spread:.2g}"
            for exponent, spread in zip(self.exponents[:3], self.spread[:3], strict=True)
        )
        more = ", ..." if len(self.exponents) > 3 else ""
        return (
            f"LyapunovExponents({first}{more} per step; {len(self.by_sample)} samples, "
            f"{self.steps.max()} steps, transient {self.transient})"
        )


def lyapunov_exponents(
    model: keras.Model,
    x: Any,
    *,
    layer: str | None = None,
    count: int | None = None,
    transient: int | None = None,
) -> LyapunovExponents:
    """Measure the rates at which a layer's Jacobians grow and shrink what they multiply.

    Directions are carried along each sample's trajectory and made orthogonal after each step, and
    the logarithms of how much they grew are summed (Benettin's method). The largest exponent is the
    rate at which a gradient vanishes or explodes over *many* steps. Over few, or for kernels that
    are far from normal, `backward_gain` says what really happens.

    Args:
        model: A built `keras.Model` with a recurrent layer.
        x: One batch of inputs as `model.predict` takes them: the exponents are those along these.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        count: How many exponents, the largest ones; default: as many as there are states.
        transient: How many steps to leave out, until the state has forgotten where it began and the
            directions have turned to where growth takes them. Default: a quarter of the steps, 100
            at most.

    Returns:
        `LyapunovExponents`.

    Raises:
        ValueError: As `trace` does; `layer` is none of the model's, or left out where it has
            several; or `count` or `transient` is more than there are.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> halve = keras.layers.SimpleRNN(
    ...     2, activation=None, recurrent_initializer=keras.initializers.Identity(0.5)
    ... )
    >>> model = keras.Sequential([keras.Input((20, 3)), halve])
    >>> dynamics.lyapunov_exponents(model, np.ones((4, 20, 3)))
    LyapunovExponents(-0.693 +- 0, -0.693 +- 0 per step; 4 samples, 15 steps, transient 5)

    Reference:
        Benettin, Galgani, Giorgilli and Strelcyn, 1980, https://doi.org/10.1007/BF02128236
    """
    path = follow(model, x, layer=layer)
    _, time, states = path.shape
    if count is not None:
        count = whole_number("count", count, at_least=1, at_most=states)
    if transient is not None:
        transient = whole_number("transient", transient, at_least=0, at_most=time - 1)
    return exponents_along(path, count, transient)


def exponents_along(
    path: Trajectory, count: int | None = None, transient: int | None = None
) -> LyapunovExponents:
    """Return the exponents along a path; see `lyapunov_exponents`."""
    batch, time, states = path.shape
    count = states if count is None else count
    left_out = min(time // 4, _LONGEST_TRANSIENT) if transient is None else transient
    mask = np.ones((batch, time), bool) if path.mask is None else path.mask
    measured = mask & (np.cumsum(mask, axis=1) > left_out)
    directions = np.broadcast_to(random_directions(states, count), (batch, states, count))
    sums = np.zeros((batch, count))
    for t, jacobian in enumerate(path.forwards()):
        directions, growth = np.linalg.qr(jacobian @ directions)
        with np.errstate(divide="ignore"):
            logs = np.log(np.abs(np.diagonal(without_noise(growth), axis1=-2, axis2=-1)))
        sums += np.where(measured[:, t, None], logs, 0)
    steps = measured.sum(axis=1)
    with np.errstate(invalid="ignore"):
        by_sample = -np.sort(-sums / steps[:, None], axis=1)
    known = by_sample[steps > 0]
    return LyapunovExponents(_mean(known), _spread(known), by_sample, left_out, steps)


def _mean(known: np.ndarray) -> np.ndarray:
    return known.mean(axis=0) if len(known) else np.full(known.shape[1], np.nan)


def _spread(known: np.ndarray) -> np.ndarray:
    if len(known) < 2:
        return np.full(known.shape[1], np.nan)
    with np.errstate(invalid="ignore"):  # -inf - -inf
        return known.std(axis=0, ddof=1)
