"""The GRU's module: three learned layers and a matrix, and one line that is memory and output."""

from collections.abc import Set
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.diagrams import module, shapes
from keras_rnn_study.tracing.result import LayerTrace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = ("state", "reset", "candidate", "update")
# Levels of h's line, the boxes, the candidate's own way to h_{t-1}, and the feed of the gates.
_LINE, _BOXES, _RECALLED, _FEED = 6.0, 4.2, 2.9, 1.5
# From left to right: three boxes, and where the new comes to what was kept.
_RESET, _CANDIDATE, _UPDATE, _ADDED = 2.6, 6.2, 7.9, 10.8
_FIRST, _SECOND = 3.7, 4.9  # on the candidate's way: the kernel U and the reset gate's circle
# What each part of the module lights up; the equations are Keras', for rows.
_EQUATIONS = {
    "state": r"$h_{t-1} \rightarrow h_t$: one line, the memory and the output",
    "reset": r"$r_t = \sigma([h_{t-1}, x_t]\,W_r + b_r)$",
    "candidate": r"$\tilde{h}_t = \tanh(x_t\,W + b + r_t \odot (h_{t-1}\,U + b_U))$",
    "update": r"$z_t = \sigma([h_{t-1}, x_t]\,W_z + b_z)$,   "
    r"$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$",
}
_RESET_BEFORE = r"$\tilde{h}_t = \tanh(x_t\,W + b + (r_t \odot h_{t-1})\,U)$"


def gru_module(
    layer: LayerTrace,
    step: int,
    *,
    part: str | None = None,
    sample: int = 0,
    unit: int = 0,
    reset_after: bool = True,
) -> "Figure":
    """Draw what happens in a GRU at one time step.

    In the signs of `lstm_module`. One line runs along the top, and it is the output as well: what
    the update gate keeps and what is renewed, one minus the gate, add up to one. The candidate has
    a way of its own to the old state, and on it stands the reset gate.

    Args:
        layer: The trace of a `GRU`.
        step: The time step t. The state before step 0 is taken to be 0.
        part: What to light up: "state", "reset", "candidate" or "update"; `None`: the whole.
        sample: Which sample of the batch.
        unit: Of which unit the number is written.
        reset_after: As the layer has it. Keras' default, which cuDNN computes, multiplies by the
            reset gate after the product with the recurrent kernel U; the GRU of 2014, before it.

    Raises:
        ValueError: The layer is no GRU, there is no such step, sample, unit or part, or the step
            is masked.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study import LayerTrace
    >>> gate = np.full((1, 3, 4), 0.5)
    >>> gates = dict.fromkeys(["update", "reset", "candidate"], gate)
    >>> activations = dict.fromkeys(gates, "sigmoid") | {"candidate": "tanh"}
    >>> figure = gru_module(LayerTrace({"h": gate}, gates, activations), 1, part="reset")
    >>> type(figure).__name__
    'Figure'

    Reference:
        Cho et al., 2014, Learning phrase representations using RNN encoder-decoder for statistical
        machine translation, arXiv:1406.1078
    """
    values = module.values_at(layer, "GRU", step, sample)
    if part is not None:
        check_choice("part", part, PARTS)
    unit = module.checked_unit(unit, values["h"])
    figure, axes = shapes.canvas(13.6, 8.6)
    lit = set(PARTS) if part is None else {part}
    gate_at, kernel_at = (_SECOND, _FIRST) if reset_after else (_FIRST, _SECOND)
    _draw_gate_lines(axes, lit)
    _draw_state_lines(axes, lit)
    _draw_candidate_lines(axes, lit, gate_at)
    _draw_nodes(axes, lit, gate_at, kernel_at)
    _draw_values(axes, lit, values, unit)
    module.draw_legend(axes)
    title = "The GRU's module" if part is None else _EQUATIONS[part]
    if part == "candidate" and not reset_after:
        title = _RESET_BEFORE
    module.write_heading(axes, title, step, unit)
    return figure


def _draw_gate_lines(axes: "Axes", lit: Set[str]) -> None:
    """Draw how h is copied, joins x, and goes to both gates."""
    line = module.pen(axes, lit)
    low = _BOXES - 0.31
    line("reset candidate update", (1.0, _LINE), (1.0, _RECALLED), arrow=False)
    line("reset update", (1.0, _RECALLED), (1.0, _FEED), (_RESET, _FEED), arrow=False)
    line("reset candidate update", (1.6, 0.95), (1.6, 1.1), arrow=False)
    line("reset update", (1.6, 1.1), (1.6, _FEED), arrow=False)
    line("reset", (_RESET, _FEED), *shapes.bridge((_RESET, _RECALLED)), (_RESET, low))
    line("update", (_RESET, _FEED), (_UPDATE, _FEED), arrow=False)
    line("update", (_UPDATE, _FEED), *shapes.bridge((_UPDATE, _RECALLED)), (_UPDATE, low))


def _draw_state_lines(axes: "Axes", lit: Set[str]) -> None:
    """Draw what is kept, along the top, and what is added to it."""
    line = module.pen(axes, lit)
    line("state reset candidate update", (0.4, _LINE), (1.0, _LINE), arrow=False)
    line("state update", (1.0, _LINE), (_UPDATE - 0.28, _LINE))
    line("state update", (_UPDATE + 0.28, _LINE), (_ADDED - 0.28, _LINE))
    line("state update", (_ADDED + 0.28, _LINE), (13.2, _LINE))
    line("state update", (12.9, _LINE), (12.9, 7.55))
    line("update", (_UPDATE, _BOXES + 0.31), (_UPDATE, _LINE - 0.28))
    line("update", (_UPDATE, 4.9), (8.95, 4.9))
    line("update", (9.65, 4.9), (_ADDED - 0.28, 4.9))
    line("update", (_ADDED, 5.18), (_ADDED, _LINE - 0.28))


def _draw_candidate_lines(axes: "Axes", lit: Set[str], gate_at: float) -> None:
    """Draw the candidate's way to h_{t-1} with the reset gate on it, x alone, and its way out."""
    line = module.pen(axes, lit)
    low = _BOXES - 0.31
    line("candidate", (1.0, _RECALLED), (_FIRST - 0.3, _RECALLED))
    line("candidate", (_FIRST + 0.3, _RECALLED), (_SECOND - 0.3, _RECALLED))
    line("candidate", (_SECOND + 0.3, _RECALLED), (6.4, _RECALLED), (6.4, low))
    way_down = [(_RESET, _BOXES + 0.31), (_RESET, 5.0), (gate_at, 5.0), (gate_at, _RECALLED + 0.28)]
    line("reset candidate", *way_down)
    crossings = [*shapes.bridge((6.0, _FEED)), *shapes.bridge((6.0, _RECALLED))]
    line("candidate", (1.6, 1.1), (6.0, 1.1), *crossings, (6.0, low))
    aside = [(_CANDIDATE + 0.5, _BOXES), (7.1, _BOXES), (7.1, _RECALLED)]
    line("candidate update", *aside, (_ADDED, _RECALLED), (_ADDED, 4.62))


def _draw_nodes(axes: "Axes", lit: Set[str], gate_at: float, kernel_at: float) -> None:
    for place, text, part in [
        ((_RESET, _BOXES), "σ", "reset"),
        ((_CANDIDATE, _BOXES), "tanh", "candidate"),
        ((_UPDATE, _BOXES), "σ", "update"),
    ]:
        shapes.box(axes, place, text, strong=part in lit)
    shapes.box(axes, (kernel_at, _RECALLED), "$U$", size=(0.6, 0.5), strong="candidate" in lit)
    for place, text, parts in [
        ((gate_at, _RECALLED), "×", {"candidate"}),
        ((_UPDATE, _LINE), "×", {"state", "update"}),
        ((_ADDED, _LINE), "+", {"state", "update"}),
        ((_ADDED, 4.9), "×", {"update"}),
    ]:
        shapes.circle(axes, place, text, strong=bool(lit & parts))
    shapes.circle(axes, (9.3, 4.9), "1−", size=(0.7, 0.5), strong="update" in lit)


def _draw_values(axes: "Axes", lit: Set[str], values: dict[str, np.ndarray], unit: int) -> None:
    places = [
        ("h before", "$h_{t-1}$", (1.2, 6.2), "state reset candidate update"),
        ("h", "$h_t$", (11.4, 6.2), "state update"),
        ("reset", "$r_t$", (2.8, 5.1), "reset candidate"),
        ("candidate", r"$\tilde{h}_t$", (8.9, 3.05), "candidate update"),
        ("update", "$z_t$", (8.1, 5.24), "update"),
    ]
    module.draw_values(axes, lit, values, unit, places)
    strong = bool(lit & {"reset", "candidate", "update"})
    shapes.write(axes, (1.6, 0.75), "$x_t$", strong=strong)
    shapes.write(axes, (12.9, 7.7), "$h_t$", strong=bool(lit & {"state", "update"}))
