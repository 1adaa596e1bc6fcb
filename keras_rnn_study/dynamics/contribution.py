"""What each step adds to a recurrent kernel's gradient: the sum that training feels."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.cells.cell_module import Tensors
from keras_rnn_study.cells.loops import expand
from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.shared_algebra import read_weights
from keras_rnn_study.dynamics.state_map import EquationsMap, StateMap
from keras_rnn_study.dynamics.trajectory import Trajectory, follow
from keras_rnn_study.tracing.cell_loop import call_cell, dropout_masks
from keras_rnn_study.tracing.loss import Loss


@dataclass(frozen=True, eq=False, repr=False)
class Contributions:
    """dL/dU as a sum over time steps, index k: what the step k steps back from the end adds.

    Attributes:
        norms: float64 (time,): the norm of what each step adds, summed over the batch.
        share_beyond: float64 (time,): the share of dL/dU that comes from k or more steps back: the
            norm of the far steps' sum, over that plus the norm of the near steps' sum. (Over the
            norm of the whole it could be more than 1, as parts may cancel.) 1 for k = 0; NaN where
            the gradient is 0.
        gradient: float64, the weight's shape: dL/dU itself, their sum.
    """

    norms: np.ndarray
    share_beyond: np.ndarray
    gradient: np.ndarray

    def __repr__(self) -> str:
        time = len(self.norms)
        half = float(self.share_beyond[time // 2])
        norm = float(np.linalg.norm(self.gradient))
        return f"Contributions(|dL/dU|={norm:.3g}, {half:.2%} from {time // 2} or more steps back)"


def contributions(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    layer: str | None = None,
    weight: str = "recurrent_kernel",
    loss: Loss | None = None,
) -> Contributions:
    """Find from how far back the gradient that a recurrent kernel learns by comes.

    `Trace.state_gradients` is what *reaches* a step. What the weight feels is a product of that and
    of the state there, summed over all steps: a gradient that reaches the beginning may still be
    drowned by what the last steps add.

    Args:
        model: A built and compiled `keras.Model` with a recurrent layer.
        x: One batch of inputs as `model.predict` takes them.
        y: Labels as `model.evaluate` takes them.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        weight: Name of the weight of the layer's cell.
        loss: As `trace` takes it; default: the compiled loss.

    Returns:
        `Contributions`. The end is where the layer's loop ends.

    Raises:
        ValueError: As `trace` does; there is no loss; `layer` is none of the model's, or left out
            where it has several; or its cell has no such weight.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> model = keras.Sequential([keras.Input((20, 3)), keras.layers.GRU(4), keras.layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> found = dynamics.contributions(model, np.ones((8, 20, 3)), np.ones((8, 1)))
    >>> found.norms.shape, found.share_beyond.shape, found.gradient.shape
    ((20,), (20,), (4, 12))
    """
    path = follow(model, x, y, layer=layer, loss=loss)
    check_choice("weight", weight, [w.name for w in path.step.cell.weights])
    if path.layer.output_gradients is None:
        raise ValueError(
            "There is no loss, so that there is no gradient to take apart. Pass labels for the "
            "compiled loss, or `loss`, a function of (y, y_pred)."
        )
    if isinstance(path.step, EquationsMap) and weight == "recurrent_kernel":
        return _summed(_by_equations(path))
    return _summed(_by_tape(path, weight))


def _summed(steps: Callable[[], Iterator[np.ndarray]]) -> Contributions:
    """Sum what each step adds, the last step first; run twice, as all together may not fit."""
    whole = functools.reduce(np.add, steps())
    near, norms, shares = np.zeros_like(whole), [], []
    for part in steps():
        sizes = np.linalg.norm(whole - near), np.linalg.norm(near)
        shares.append(sizes[0] / sum(sizes) if whole.any() else np.nan)
        norms.append(np.linalg.norm(part))
        near += part
    return Contributions(np.array(norms), np.array(shares), whole)


def _by_equations(path: Trajectory) -> Callable[[], Iterator[np.ndarray]]:
    cell, equations = path.step.cell, EQUATIONS[type(path.step.cell)]
    weights = read_weights(cell, tf.float64)
    x, h, before = (_time_major(part) for part in (path.x, _outputs(path), path.before))
    mask = None if path.mask is None else tf.constant(path.mask.T)
    initial = path.step.split(before[0])
    gates, _, factors = equations.inside(cell, weights, x, h, initial, mask)
    surface, arriving = _arriving(path, tf.float64)
    _, dz, _ = equations.backward(cell, weights, factors, surface, arriving)
    kept = [tf.cast(gate, tf.float64) for gate in gates.values()]
    h_before = before[..., : h.shape[-1]]

    def steps() -> Iterator[np.ndarray]:
        for t in range(len(x) - 1, -1, -1):
            at = slice(t, t + 1)
            one = [part[at] for part in kept]
            found = equations.recurrent_gradients(cell, weights, dz[at], h_before[at], one)
            yield found["recurrent_kernel"].numpy()

    return steps


def _by_tape(path: Trajectory, name: str) -> Callable[[], Iterator[np.ndarray]]:
    cell, step = path.step.cell, StateMap(path.step.cell, path.step.shapes)
    weight = next(w for w in cell.weights if w.name == name)
    x, before = (tf.cast(_time_major(part), step.dtype) for part in (path.x, path.before))
    surface, last = _arriving(path, step.dtype)

    def one_step(t: int, arriving: Tensors) -> tuple[tf.Tensor, Tensors]:
        """Return what step t adds, and the gradients of the states before it."""
        states = step.split(before[t])
        mask = None if path.mask is None else path.mask[:, t]
        with (
            keras.StatelessScope(),
            dropout_masks(cell, x[t], [state[None] for state in states]),
            tf.GradientTape(watch_accessed_variables=False) as tape,
        ):
            tape.watch([weight.value, *states])
            output, after = call_cell(cell, x[t], states, step.nested(states))
        output_gradient = tf.reshape(surface[t], tf.shape(output))
        added, *through = tape.gradient(
            [output, *after],
            [weight.value, *states],
            output_gradients=[output_gradient, *_unmasked(mask, arriving)],
            unconnected_gradients="zero",
        )
        if mask is not None:  # the state went past this step unchanged
            through = [
                tf.where(expand(mask, a), a, b) for a, b in zip(through, arriving, strict=True)
            ]
        return added, through

    def steps() -> Iterator[np.ndarray]:
        arriving = last
        for t in range(len(x) - 1, -1, -1):
            added, arriving = one_step(t, arriving)
            yield np.float64(added)

    return steps


def _arriving(path: Trajectory, dtype: tf.DType) -> tuple[tf.Tensor, Tensors]:
    """Return the gradients of what the layer emits, time-major, and of its states at the end."""
    layer = path.layer
    assert layer.output_gradients is not None  # of a trace with a loss
    assert layer.final_state_gradients is not None
    surface = path.loop_order(layer.output_gradients)
    final = [tf.cast(gradient, dtype) for gradient in layer.final_state_gradients.values()]
    return tf.cast(surface.swapaxes(0, 1), dtype), final


def _outputs(path: Trajectory) -> np.ndarray:
    return path.loop_order(path.layer.states["h"])


def _time_major(values: np.ndarray) -> tf.Tensor:
    return tf.constant(np.swapaxes(values, 0, 1), tf.float64)


def _unmasked(mask: np.ndarray | None, gradients: Tensors) -> Tensors:
    if mask is None:
        return gradients
    return [tf.where(expand(mask, g), g, tf.zeros_like(g)) for g in gradients]
