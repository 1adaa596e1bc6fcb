"""The LSTM's module: four learned layers, five pointwise operations, two lines."""

from collections.abc import Set
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.diagrams import module, shapes
from keras_rnn_study.tracing.result import LayerTrace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = ("state", "forget", "input", "update", "output")
_CONVEYOR, _FEED = 6.0, 1.5  # levels of c's line and of h's
_BOXES = 2.6
# What each part of the module lights up: the article's equations, for rows as Keras has them.
_EQUATIONS = {
    "state": r"$c_{t-1} \rightarrow c_t$: the line that only circles touch",
    "forget": r"$f_t = \sigma([h_{t-1}, x_t]\,W_f + b_f)$",
    "input": r"$i_t = \sigma([h_{t-1}, x_t]\,W_i + b_i)$,   "
    r"$\tilde{c}_t = \tanh([h_{t-1}, x_t]\,W_c + b_c)$",
    "update": r"$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t$",
    "output": r"$o_t = \sigma([h_{t-1}, x_t]\,W_o + b_o)$,   $h_t = o_t \odot \tanh(c_t)$",
}


def lstm_module(
    layer: LayerTrace, step: int, *, part: str | None = None, sample: int = 0, unit: int = 0
) -> "Figure":
    """Draw what happens in an LSTM at one time step.

    The article's diagram with a model's own values: boxes are learned layers, circles are pointwise
    operations, lines carry vectors, joining lines concatenate, forking lines copy. Beside each line
    stands its vector, one cell per unit (states and candidate: purple below 0, orange above; gates:
    black closed, white open), and the value of one unit, which is framed in red.

    Args:
        layer: The trace of an `LSTM`.
        step: The time step t. The states before step 0 are taken to be 0.
        part: What to light up: "state", "forget", "input", "update" or "output", in the order in
            which the article explains them; `None`: the whole.
        sample: Which sample of the batch.
        unit: Of which unit the number is written.

    Raises:
        ValueError: The layer is no LSTM, there is no such step, sample, unit or part, or the step
            is masked.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study import LayerTrace
    >>> gate = np.full((1, 3, 4), 0.5)
    >>> gates = dict.fromkeys(["input", "forget", "candidate", "output"], gate)
    >>> activations = dict.fromkeys(gates, "sigmoid") | {"candidate": "tanh"}
    >>> layer = LayerTrace({"h": gate, "c": gate}, gates, activations)
    >>> figure = lstm_module(layer, 1, part="forget")
    >>> type(figure).__name__
    'Figure'
    """
    values = module.values_at(layer, "LSTM", step, sample)
    if part is not None:
        check_choice("part", part, PARTS)
    unit = module.checked_unit(unit, values["h"])
    figure, axes = shapes.canvas(13.6, 8.6)
    lit = set(PARTS) if part is None else {part}
    _draw_lines(axes, lit)
    _draw_nodes(axes, lit)
    _draw_values(axes, lit, values, unit)
    module.draw_legend(axes)
    title = "The LSTM's module" if part is None else _EQUATIONS[part]
    module.write_heading(axes, title, step, unit)
    return figure


def _draw_lines(axes: "Axes", lit: Set[str]) -> None:
    line = module.pen(axes, lit)
    top, low = _BOXES + 0.31, _BOXES - 0.31
    line("state forget update", (0.4, _CONVEYOR), (2.92, _CONVEYOR))
    line("state update", (3.48, _CONVEYOR), (6.22, _CONVEYOR))
    line("state update", (6.78, _CONVEYOR), (13.2, _CONVEYOR))
    # h and x join, and are copied to the four boxes.
    line("forget input output", (0.4, _FEED), (3.2, _FEED), arrow=False)
    line("forget input output", (1.6, 0.95), (1.6, _FEED), arrow=False)
    line("input output", (3.2, _FEED), (6.5, _FEED), arrow=False)
    line("output", (6.5, _FEED), (8.6, _FEED), arrow=False)
    for left, part in {3.2: "forget", 5.0: "input", 6.5: "input", 8.6: "output"}.items():
        line(part, (left, _FEED), (left, low))
    line("forget update", (3.2, top), (3.2, _CONVEYOR - 0.28))
    line("input update", (5.0, top), (5.0, 4.3), (6.22, 4.3))
    line("input update", (6.5, top), (6.5, 4.02))
    line("update", (6.5, 4.58), (6.5, _CONVEYOR - 0.28))
    line("output", (10.6, _CONVEYOR), (10.6, 5.38))
    line("output", (10.6, 4.82), (10.6, 4.08))
    line("output", (8.6, top), (8.6, 3.8), (10.32, 3.8))
    line("output", (10.6, 3.52), (10.6, _FEED), (13.2, _FEED))
    line("output", (12.3, _FEED), *shapes.bridge((12.3, _CONVEYOR)), (12.3, 7.55))


def _draw_nodes(axes: "Axes", lit: Set[str]) -> None:
    for left, text, part in [
        (3.2, "σ", "forget"),
        (5.0, "σ", "input"),
        (6.5, "tanh", "input"),
        (8.6, "σ", "output"),
    ]:
        shapes.box(axes, (left, _BOXES), text, strong=part in lit)
    for place, text, parts in [
        ((3.2, _CONVEYOR), "×", {"state", "update"}),
        ((6.5, _CONVEYOR), "+", {"state", "update"}),
        ((6.5, 4.3), "×", {"update"}),
        ((10.6, 3.8), "×", {"output"}),
    ]:
        shapes.circle(axes, place, text, strong=bool(lit & parts))
    shapes.circle(axes, (10.6, 5.1), "tanh", size=(1.0, 0.56), strong="output" in lit)


def _draw_values(axes: "Axes", lit: Set[str], values: dict[str, np.ndarray], unit: int) -> None:
    places = [
        ("c before", "$c_{t-1}$", (0.4, 6.2), "state forget update"),
        ("c", "$c_t$", (8.2, 6.2), "state update output"),
        ("h before", "$h_{t-1}$", (0.25, 1.75), "forget input output"),
        ("forget", "$f_t$", (1.65, 4.6), "forget update"),
        ("input", "$i_t$", (3.75, 3.45), "input update"),
        ("candidate", r"$\tilde{c}_t$", (6.65, 3.3), "input update"),
        ("output", "$o_t$", (8.75, 3.05), "output"),
        ("h", "$h_t$", (11.0, 1.75), "output"),
    ]
    module.draw_values(axes, lit, values, unit, places)
    strong = bool(lit & {"forget", "input", "output"})
    shapes.write(axes, (1.6, 0.75), "$x_t$", strong=strong)
    shapes.write(axes, (12.3, 7.7), "$h_t$", strong="output" in lit)
