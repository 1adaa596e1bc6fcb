"""The chain: one module, repeated along time."""

import numpy as np

from keras_rnn_study.diagrams import shapes

_STEP = 1.9  # between two modules
_MOST = 12  # modules that can be read in one picture


def chain(layer, *, inputs=None, sample=0):
    """What does a plain RNN hand on from step to step?

    The layer unrolled along time: at each step the same box, which gets the input from below and
    the state from the left, and puts out the new state, to the right and to the top. Above each box
    the state itself: a cell a unit, purple at -1, white at 0, orange at 1, with its number if there
    are few.

    Args:
        layer: `LayerTrace` of a `SimpleRNN`, at most 12 steps long.
        inputs: What to write below the boxes, a str a step; `None`: x_0, x_1, ...
        sample: int, which sample of the batch.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: another kind of layer, more than 12 steps, or as many `inputs` as there are no
            steps.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study import LayerTrace
    >>> states = np.tanh(np.arange(6.0).reshape(1, 3, 2))
    >>> layer = LayerTrace(states={"h": states}, gates={}, activations={"h": "tanh"})
    >>> figure = chain(layer, inputs=["I", "grew", "up"])
    >>> type(figure).__name__
    'Figure'
    """
    states, inputs = _checked(layer, inputs, sample)
    steps, units = states.shape
    height = 0.34 * units if units <= 6 else 2.0
    figure, axes = shapes.canvas(_STEP * (steps + 1) - 0.2, 3.5 + height)
    level = 1.6  # of the boxes
    shapes.write(axes, (0.15, level + 0.25), "$h=0$", ha="left")
    for step, state in enumerate(states):
        middle = _STEP * (step + 1) - 0.3
        before = middle - _STEP + 0.5 if step else 0.15
        shapes.line(axes, (before, level), (middle - 0.5, level))
        shapes.line(axes, (middle, 0.75), (middle, level - 0.31))
        shapes.line(axes, (middle, level + 0.31), (middle, level + 0.95))
        shapes.box(axes, (middle, level), layer.activations["h"])
        shapes.write(axes, (middle, 0.45), inputs[step])
        shapes.write(axes, (middle, level + 1.25 + height), f"$h_{{{step}}}$")
        corner = (middle - 0.45, level + 1.0)
        shapes.strip(axes, corner, state, size=(0.9, height), upright=True)
        if units <= 6:
            for unit, value in enumerate(state):
                place = (middle, level + 1.0 + height * (1 - (unit + 0.5) / units))
                colour = "white" if abs(value) > 0.75 else "black"
                axes.text(*place, f"{value:+.2f}", color=colour, size=9, zorder=6, **_CENTRED)
    shapes.line(axes, (middle + 0.5, level), (middle + 1.1, level))
    return figure


_CENTRED = {"ha": "center", "va": "center"}


def _checked(layer, inputs, sample):
    if list(layer.activations) != ["h"]:
        raise ValueError(
            f"Received a layer with {list(layer.activations)}; expected a SimpleRNN, whose module "
            "is one box. For an LSTM there is lstm_module."
        )
    states = np.asarray(layer.states["h"][sample])
    if len(states) > _MOST:
        raise ValueError(
            f"Received {len(states)} steps; expected at most {_MOST}, which a picture can show. "
            "Trace a shorter sequence."
        )
    if inputs is None:
        inputs = [f"$x_{{{step}}}$" for step in range(len(states))]
    if len(inputs) != len(states):
        raise ValueError(
            f"Received {len(inputs)} inputs for {len(states)} steps; expected one for each."
        )
    return states, inputs
