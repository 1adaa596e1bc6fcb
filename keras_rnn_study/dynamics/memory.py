"""How much of the past inputs the state still has, whether or not a gradient gets there."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_rnn_study.arguments import positive, whole_number
from keras_rnn_study.dynamics.lone_cell import layer_alone, num_features
from keras_rnn_study.dynamics.trajectory import follow

_SEQUENCES, _MEASURED, _FORGETTING = 64, 200, 100
_MOST_DELAYS = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class MemoryCapacity:
    """How well x_{t-k} can be read from the state after step t, for each delay k = 0, 1, ...

    Attributes:
        r_squared: float64 (delays,): the mean over the features of the held-out R^2. 1: all of it
            is there; 0, or less, as it is held out: nothing that can be read linearly.
        by_feature: float64 (delays, features); NaN for a feature that does not vary, and for all
            where an input or a state is not a number.
        total: float: the sum over delays and features, negative ones counted as 0; NaN where all
            are. For independent inputs it is at most `states`, whatever the network (Jaeger, 2001).
        states: int: how many numbers the state has.
    """

    r_squared: np.ndarray
    by_feature: np.ndarray
    total: float
    states: int

    def __repr__(self) -> str:
        below = np.flatnonzero(self.r_squared < 0.5)
        half = f"R^2 below 0.5 at delay {below[0]}" if below.size else "R^2 never below 0.5"
        if np.isnan(self.r_squared).all():
            half = "R^2 not known"
        return f"MemoryCapacity({self.total:.2f} of {self.states} states; {half})"


def memory_capacity(
    model: keras.Model,
    x: Any = None,
    *,
    layer: str | None = None,
    delays: int = 40,
    ridge: float = 1e-8,
    seed: int = 0,
) -> MemoryCapacity:
    """Measure how well the inputs of k steps ago can be read linearly from the state.

    Information can be there when the gradient is not: this looks forwards, where a gradient comes
    backwards. A network that cannot *learn* to use what it still has is another case than one that
    has forgotten.

    Args:
        model: A built `keras.Model` with a recurrent layer.
        x: One batch of inputs as `model.predict` takes them; the layer's own inputs are then what
            is read, and half of the samples are held out. Default: the layer alone is driven by
            independent standard normal numbers, 64 sequences, for which the bound holds.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        delays: How many: k = 0, ..., delays - 1.
        ridge: What is added to the diagonal of the states' correlation matrix, so that states which
            hardly differ do not spoil the read-out.
        seed: Of the inputs.

    Returns:
        `MemoryCapacity`, read from all states: h, and an LSTM's c.

    Raises:
        ValueError: As `trace` does; `layer` is none of the model's, or left out where it has
            several; or `x` has less than two samples or not more steps than `delays`.

    Example:

    >>> import keras
    >>> from keras_rnn_study import dynamics
    >>> model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(8)])
    >>> capacity = dynamics.memory_capacity(model, delays=10)
    >>> capacity.r_squared.shape, capacity.total < 8
    ((10,), True)

    Reference:
        Jaeger, 2001, Short term memory in echo state networks, GMD report 152
    """
    delays = whole_number("delays", delays, at_least=1, at_most=_MOST_DELAYS)
    ridge = positive("ridge", ridge, 1e-8)
    seed = whole_number("seed", seed, at_least=0)
    if x is None:
        inputs, states = _driven(model, layer, delays, seed)
    else:
        inputs, states = _followed(model, x, layer, delays)
    by_feature = _read(inputs, states, delays, ridge)
    known = by_feature[:, ~np.isnan(by_feature).any(axis=0)]
    r_squared = known.mean(axis=1) if known.size else np.full(delays, np.nan)
    total = float(np.maximum(known, 0).sum()) if known.size else float("nan")
    return MemoryCapacity(r_squared, by_feature, total, states.shape[-1])


def _driven(
    model: keras.Model, layer: str | None, delays: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return random inputs (sequences, time, features), and the states after each step."""
    step = layer_alone(model, layer)
    rng = np.random.default_rng(seed)
    time = _FORGETTING + delays + _MEASURED
    x = rng.normal(size=(time, _SEQUENCES, num_features(step.cell)))
    states = [np.zeros((_SEQUENCES, step.num_states))]
    for now in x:
        states.append(step(now, states[-1]))
    return x[_FORGETTING:].swapaxes(0, 1), np.stack(states[1 + _FORGETTING :], axis=1)


def _followed(
    model: keras.Model, x: Any, layer: str | None, delays: int
) -> tuple[np.ndarray, np.ndarray]:
    path = follow(model, x, layer=layer)
    batch, time, _ = path.shape
    if batch < 2 or time - 1 <= delays:
        raise ValueError(
            f"Received {batch} samples of {time} steps for delays={delays}; expected at least 2 "
            "samples, as half of them are held out, of more steps than that. Pass more, or fewer "
            "delays."
        )
    inputs = np.float64(path.x).reshape(batch, time, -1)
    return inputs[:, :-1], path.before[:, 1:]  # the state after a step is that before the next


def _read(inputs: np.ndarray, states: np.ndarray, delays: int, ridge: float) -> np.ndarray:
    """Return the held-out R^2 of each delay and feature: (delays, features)."""
    time = inputs.shape[1]
    if not (np.isfinite(inputs).all() and np.isfinite(states).all()):
        return np.full((delays, inputs.shape[-1]), np.nan)
    past = [inputs[:, delays - 1 - k : time - k] for k in range(delays)]
    wanted = np.stack(past, axis=-1).reshape(len(inputs), time - delays + 1, -1)
    half = len(inputs) // 2
    (train_s, test_s), (train_w, test_w) = (
        [part.reshape(-1, part.shape[-1]) for part in (whole[half:], whole[:half])]
        for whole in (states[:, delays - 1 :], wanted)
    )
    centre, scale = train_s.mean(axis=0), train_s.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    train_s, test_s = (train_s - centre) / scale, (test_s - centre) / scale
    mean = train_w.mean(axis=0)
    square = train_s.T @ train_s / len(train_s) + ridge * np.eye(len(centre))
    weights = np.linalg.lstsq(square, train_s.T @ (train_w - mean) / len(train_s), rcond=None)[0]
    error = np.mean((test_w - mean - test_s @ weights) ** 2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        r_squared = np.where(test_w.var(axis=0) > 0, 1 - error / test_w.var(axis=0), np.nan)
    return r_squared.reshape(-1, delays).T
