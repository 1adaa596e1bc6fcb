"""The path of real samples through one layer's states, and the Jacobians along it."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.dynamics.state_map import StateMap, state_map
from keras_rnn_study.seams.names import cell_names, recurrent_layers
from keras_rnn_study.tracing.graph import trace
from keras_rnn_study.tracing.loss import Loss
from keras_rnn_study.tracing.result import LayerTrace

_MOST_NUMBERS = 2**23  # of Jacobians that are held at once: 64 MiB


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What one layer went through. All arrays are in the order in which its loop ran.

    Attributes:
        name: The layer's.
        step: The layer's cell, as a map of states.
        x: (batch, time, features): its inputs.
        before: (batch, time, states): its states before each step, float64.
        mask: (batch, time) booleans, `False` at masked steps, where the state stays; or `None`.
        layer: Its trace, in the order of the input.
        backwards: Whether the loop runs from the input's last step to the first.
    """

    name: str
    step: StateMap
    x: np.ndarray
    before: np.ndarray
    mask: np.ndarray | None
    layer: LayerTrace
    backwards: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """(batch, time, states)."""
        batch, time, states = self.before.shape
        return batch, time, states

    def loop_order(self, values: np.ndarray) -> np.ndarray:
        """Turn (batch, time, ...) in the input's order into the loop's, and back."""
        return values[:, ::-1] if self.backwards else values

    def jacobians(self, start: int, stop: int) -> np.ndarray:
        """Return those of the steps from `start` to before `stop`: (batch, steps, states, states).

        Identity at masked steps.
        """
        batch, time, states = self.shape
        at = slice(max(0, start), min(stop, time))
        x, s = self.x[:, at], self.before[:, at]
        rows = self.step.jacobian(x.reshape(-1, *x.shape[2:]), s.reshape(-1, states))
        result = rows.reshape(batch, -1, states, states)
        if self.mask is not None:
            result[~self.mask[:, at]] = np.eye(states)
        return result

    @functools.cached_property
    def _all(self) -> np.ndarray:
        return self.jacobians(0, self.shape[1])

    def forwards(self) -> Iterator[np.ndarray]:
        """Yield the Jacobian of each step, (batch, states, states), the first one first."""
        for start in range(0, self.shape[1], self._together()):
            yield from self._some(start, start + self._together()).swapaxes(0, 1)

    def back_from(self, step: int) -> Iterator[np.ndarray]:
        """Yield the Jacobians of `step`, the one before it, and so on: (batch, states, states)."""
        for stop in range(step + 1, 0, -self._together()):
            yield from self._some(stop - self._together(), stop).swapaxes(0, 1)[::-1]

    def _some(self, start: int, stop: int) -> np.ndarray:
        """Return some of all, which are kept where there are few."""
        if self._together() < self.shape[1]:
            return self.jacobians(start, stop)
        return self._all[:, max(0, start) : stop]

    def _together(self) -> int:
        batch, _, states = self.shape
        return max(1, _MOST_NUMBERS // (batch * states**2))


def follow(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    layer: str | None = None,
    loss: Loss | None = None,
) -> Trajectory:
    """Trace a batch and follow one layer through it.

    Args:
        model: A built `keras.Model`, as `trace` takes it.
        x: One batch of inputs.
        y: Labels; without them the trace has no gradients.
        layer: Name of a recurrent layer as a trace has it; needed where there are several.
        loss: As `trace` takes it.

    Raises:
        ValueError: As `trace` does; or `layer` is none of the model's, or left out of several.
    """
    needs_tensorflow("dynamics")
    traced = trace(model, x, y, gradients=y is not None or loss is not None, loss=loss)
    name = chosen(traced, layer)
    return trajectory(model, name, traced[name])


def chosen(names: Mapping[str, Any], layer: str | None) -> str:
    """Return the name of the layer that is meant.

    Raises:
        ValueError: It is not among `names`, or is left out where there are several.
    """
    if layer is None and len(names) == 1:
        return next(iter(names))
    if layer is None:
        raise ValueError(
            f"The model has {len(names)} recurrent layers: {', '.join(map(repr, names))}. "
            f"Say which one, such as layer={next(iter(names))!r}."
        )
    check_choice("recurrent layer", layer, names)
    return layer


def trajectory(
    model: keras.Model, name: str, layer: LayerTrace, samples: int | None = None
) -> Trajectory:
    """Return what one layer's trace says of its path.

    Args:
        model: The model that was traced.
        name: The layer's name in the trace.
        layer: Its trace.
        samples: How many samples, the first ones; default: all.
    """
    rnn, cell = loop_of(model, name)
    assert layer.inputs is not None  # of any trace
    assert layer.initial_states is not None
    order = slice(None, None, -1 if rnn.go_backwards else 1)
    parts = []
    for state, values in layer.states.items():
        first = layer.initial_states[state][:samples, None]
        before = np.concatenate([first, values[:samples, order][:, :-1]], axis=1)
        parts.append(np.float64(before).reshape(*before.shape[:2], -1))
    return Trajectory(
        name,
        state_map(cell, [values.shape[2:] for values in layer.states.values()]),
        layer.inputs[:samples, order],
        np.concatenate(parts, axis=-1),
        None if layer.mask is None else layer.mask[:samples, order],
        layer,
        rnn.go_backwards,
    )


def loop_of(model: keras.Model, name: str) -> tuple[keras.layers.RNN, Any]:
    """Return the layer and the cell that a trace calls `name`."""
    loops = loops_of(model)
    # A shared layer's further calls have names of their own.
    return loops[name] if name in loops else loops[re.sub(r"/call_\d+", "", name)]


def loops_of(model: keras.Model) -> dict[str, tuple[keras.layers.RNN, Any]]:
    """Return the layer and the cell of each loop, by the name that a trace gives it."""
    return {
        name: (layer, cell)
        for path, layer in recurrent_layers(model).items()
        for name, cell in cell_names(path, layer)
    }
