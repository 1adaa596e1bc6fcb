"""The chain: one module, repeated along time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.arguments import shown, whole_number
from keras_rnn_study.diagrams import shapes
from keras_rnn_study.tracing.result import LayerTrace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEP = 1.9  # between two modules
_MOST = 12  # modules that can be read in one picture


def chain(layer: LayerTrace, *, inputs: Sequence[str] | None = None, sample: int = 0) -> "Figure":
    """Draw what a plain RNN hands on from step to step.

    The layer unrolled along time: at each step the same box, which gets the input from below and
    the state from the left, and puts out the new state, to the right and to the top. Above each box
    the state itself: one cell per unit, purple at -1, white at 0, orange at 1, with its number if
    there are few.

    Args:
        layer: The trace of a `SimpleRNN`, at most 12 steps long.
        inputs: What to write below the boxes, one str per step, such as a task's `tokens(x)[0]`;
            `None`: x_0, x_1, ...
        sample: Which sample of the batch.

    Raises:
        ValueError: The layer is of another kind or has more than 12 steps, there is no such sample,
            or there is not one input for each step.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study import LayerTrace
    >>> states = np.tanh(np.arange(6.0).reshape(1, 3, 2))
    >>> layer = LayerTrace(states={"h": states}, gates={}, activations={"h": "tanh"})
    >>> figure = chain(layer, inputs=["I", "grew", "up"])
    >>> type(figure).__name__
    'Figure'
    """
    states = _checked(layer, inputs, sample)
    steps, units = states.shape
    height = 0.34 * units if units <= 6 else 2.0
    figure, axes = shapes.canvas(_STEP * (steps + 1) - 0.2, 3.5 + height)
    level = 1.6  # of the boxes
    shapes.write(axes, (0.15, level + 0.25), "$h=0$", align="left")
    for step, state in enumerate(states):
        middle = _STEP * (step + 1) - 0.3
        before = middle - _STEP + 0.5 if step else 0.15
        shapes.line(axes, (before, level), (middle - 0.5, level))
        shapes.line(axes, (middle, 0.75), (middle, level - 0.31))
        shapes.line(axes, (middle, level + 0.31), (middle, level + 0.95))
        shapes.box(axes, (middle, level), layer.activations["h"])
        name = f"$x_{{{step}}}$" if inputs is None else inputs[step]
        shapes.write(axes, (middle, 0.45), name, math=inputs is None)
        shapes.write(axes, (middle, level + 1.25 + height), f"$h_{{{step}}}$")
        corner = (middle - 0.45, level + 1.0)
        shapes.strip(axes, corner, state, size=(0.9, height), upright=True)
        if units <= 6:
            _write_numbers(axes, (middle, level + 1.0), height, state)
    shapes.line(axes, (middle + 0.5, level), (middle + 1.1, level))
    return figure


def _write_numbers(axes: "Axes", foot: shapes.Point, height: float, state: np.ndarray) -> None:
    """Write each unit's number on its cell, from the top down."""
    for unit, value in enumerate(state):
        level = foot[1] + height * (1 - (unit + 0.5) / len(state))
        colour = "white" if abs(value) > 0.75 else "black"
        text = axes.text(foot[0], level, f"{value:+.2f}", ha="center", va="center")
        text.set(color=colour, size=9, zorder=6)


def _checked(layer: LayerTrace, inputs: Sequence[str] | None, sample: int) -> np.ndarray:
    """Return the states of the sample, (time, units), if all can be drawn."""
    if not isinstance(layer, LayerTrace):
        raise ValueError(
            f"Received {shown(layer)}; expected the trace of a layer, such as "
            'trace(model, x, y)["simple_rnn"].'
        )
    if list(layer.activations) != ["h"]:
        raise ValueError(
            f"Received a layer with {list(layer.activations)}; expected a SimpleRNN, whose module "
            "is one box. For an LSTM there is lstm_module."
        )
    sample = whole_number("sample", sample, at_least=0, at_most=len(layer.states["h"]) - 1)
    states = np.asarray(layer.states["h"][sample])
    if len(states) > _MOST:
        raise ValueError(
            f"Received {len(states)} steps; expected at most {_MOST}, which a picture can show. "
            "Trace a shorter sequence."
        )
    if inputs is None:
        return states
    if not isinstance(inputs, Sequence) or not all(isinstance(name, str) for name in inputs):
        raise ValueError(f"Received inputs={shown(inputs)}; expected one str for each step.")
    if len(inputs) != len(states):
        raise ValueError(
            f"Received {len(inputs)} inputs for {len(states)} steps; expected one for each."
        )
    return states
