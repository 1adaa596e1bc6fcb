"""Where the state stays where it is, under an input that does not change."""

from collections import Counter
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from keras_rnn_study.arguments import positive, whole_number
from keras_rnn_study.dynamics.lone_cell import layer_alone, num_features
from keras_rnn_study.dynamics.slow_states import in_rows, merged, slowed
from keras_rnn_study.dynamics.state_map import EquationsMap, StateMap
from keras_rnn_study.measures.arrays import floats
from keras_rnn_study.tracing.batch import reason

_MOST_STARTS = 2**16
_SETTLING = 50  # steps that half of the starts run on before
_REACH = 3.0  # how far from 0 states other than h start


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoints:
    """States s with F(x, s) = s, what was found most often first.

    Attributes:
        points: float64 (points, states): h, then c for an LSTM.
        speeds: float64 (points,): norms of F(x, s) - s, what is left of it.
        eigenvalues: complex128 (points, states), of the Jacobian there, the largest absolute value
            first. Below 1 a direction is forgotten, at 1 remembered, above 1 left.
        kinds: list of str: `"stable"`: all below 1; `"saddle"`: some; `"unstable"`: none.
        found: (points,) ints: how many starts ended there.
        starts: int: how many there were.
    """

    points: np.ndarray
    speeds: np.ndarray
    eigenvalues: np.ndarray
    kinds: list[str]
    found: np.ndarray
    starts: int

    def __len__(self) -> int:
        return len(self.points)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {kind}" for kind, count in Counter(self.kinds).items())
        kinds = f"{len(self)}: {counts}" if counts else "none"
        return f"FixedPoints({kinds}; {self.found.sum()} of {self.starts} starts ended at one)"


def fixed_points(
    model: keras.Model,
    *,
    layer: str | None = None,
    inputs: npt.ArrayLike | None = None,
    starts: int | npt.ArrayLike = 256,
    tolerance: float | None = None,
    seed: int = 0,
) -> FixedPoints:
    """Find the states at which a layer rests under a constant input.

    A network that remembers without an input has several stable ones, one for each thing to
    remember, with saddles between them; a line of points with an eigenvalue near 1 remembers a
    number. From many starts the speed, the norm of F(x, s) - s, is made smaller by Levenberg's and
    Marquardt's method, which finds saddles as well as what attracts.

    Args:
        model: A built `keras.Model` with a recurrent layer.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        inputs: What the layer is given at every step, (features,). Default: zeros.
        starts: How many random states to start from: each number in h between -1 and 1, in other
            states between -3 and 3; half of them first run on for 50 steps. Or the states
            themselves, (starts, states), such as some of a trace's.
        tolerance: The largest speed of a point. Default: 1e-8, and 1e-5 for cells that are no
            SimpleRNN, LSTM or GRU, which are computed in float32. A larger one keeps slow points
            too, where the search got stuck at a speed above 0.
        seed: Of the random states.

    Returns:
        `FixedPoints`; empty where none was found. That a point was not found does not prove that
        there is none.

    Raises:
        ValueError: The model is not built, `layer` is none of its layers, or an argument is none of
            the above.

    Example:

    >>> import keras
    >>> from keras_rnn_study import dynamics
    >>> switch = keras.layers.SimpleRNN(1, recurrent_initializer=keras.initializers.Constant(2.0))
    >>> model = keras.Sequential([keras.Input((None, 1)), switch])
    >>> found = dynamics.fixed_points(model, starts=64)
    >>> sorted(found.points[:, 0].round(3).tolist()), sorted(found.kinds)
    ([-0.958, 0.0, 0.958], ['stable', 'stable', 'unstable'])

    Reference:
        Sussillo and Barak, 2013, Opening the black box, https://doi.org/10.1162/NECO_a_00409
    """
    step = layer_alone(model, layer)
    x = _constant_input(step.cell, inputs)
    _check_runs(step, x)
    begin = _starts(step, x, starts, seed)
    if tolerance is None:
        tolerance = 1e-8 if isinstance(step, EquationsMap) else 1e-5
    else:
        tolerance = positive("tolerance", tolerance, 1e-6)
    states, speeds = slowed(step, x, begin)
    slow = speeds <= tolerance
    points, speeds, found = merged(states[slow], speeds[slow])
    eigenvalues = _eigenvalues(step, x, points)
    return FixedPoints(points, speeds, eigenvalues, _kinds(eigenvalues), found, len(begin))


def _eigenvalues(step: StateMap, x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return those of the Jacobian at each point, the largest absolute value first."""
    if not len(points):
        return np.empty((0, step.num_states), np.complex128)
    values = np.linalg.eigvals(step.jacobian(in_rows(x, points), points)).astype(np.complex128)
    return np.take_along_axis(values, np.argsort(-np.abs(values), axis=1), axis=1)


def _kinds(eigenvalues: np.ndarray) -> list[str]:
    outside = (np.abs(eigenvalues) > 1).mean(axis=1) if len(eigenvalues) else []
    return ["stable" if part == 0 else "unstable" if part == 1 else "saddle" for part in outside]


def _starts(step: StateMap, x: np.ndarray, starts: int | npt.ArrayLike, seed: int) -> np.ndarray:
    if not np.isscalar(starts):
        given = np.float64(floats(starts))
        if given.ndim != 2 or given.shape[1] != step.num_states or not len(given):
            raise ValueError(
                f"Received starts of shape {given.shape}; expected a number, or states "
                f"(starts, {step.num_states})."
            )
        return given
    count = whole_number("starts", starts, at_least=1, at_most=_MOST_STARTS)
    rng = np.random.default_rng(whole_number("seed", seed, at_least=0))
    s = rng.uniform(-1, 1, (count, step.num_states))
    s[:, np.prod(step.shapes[0], dtype=int) :] *= _REACH
    settling = s[: count // 2]
    for _ in range(_SETTLING if len(settling) else 0):
        settling = step(in_rows(x, settling), settling)
    s[: count // 2] = np.where(np.isfinite(settling), settling, s[: count // 2])
    return s


def _constant_input(cell: object, inputs: npt.ArrayLike | None) -> np.ndarray:
    if inputs is None:
        return np.zeros(num_features(cell))
    x = np.float64(floats(inputs))
    if hasattr(cell, "kernel") and x.shape != (num_features(cell),):
        raise ValueError(
            f"Received inputs of shape {x.shape}; expected ({num_features(cell)},): what the layer "
            "is given at every step."
        )
    return x


def _check_runs(step: StateMap, x: np.ndarray) -> None:
    try:
        step(x[None], np.zeros((1, step.num_states)))
    except Exception as error:  # whatever a cell of the user's own raises
        raise ValueError(
            f"A {type(step.cell).__name__} cannot be run on inputs of shape {x.shape}: "
            f"{reason(error)}. Pass what the layer is given at one step, (features,)."
        ) from error
