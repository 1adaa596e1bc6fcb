"""What the drawings of gated modules have in common: whose values they show, how, and the words."""

from collections.abc import Callable, Sequence, Set
from typing import TYPE_CHECKING, Literal

import numpy as np

from keras_rnn_study.arguments import shown, whole_number
from keras_rnn_study.diagrams import shapes
from keras_rnn_study.tracing.result import LayerTrace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GATES = {
    "LSTM": ("input", "forget", "candidate", "output"),
    "GRU": ("update", "reset", "candidate"),
}
_FROM_0_TO_1 = {gate for gates in _GATES.values() for gate in gates} - {"candidate"}
_DRAWN_BY = {"SimpleRNN": "chain", "LSTM": "lstm_module", "GRU": "gru_module"}


def values_at(layer: LayerTrace, cell: str, step: int, sample: int) -> dict[str, np.ndarray]:
    """Look up the vectors of one step, (units,): gates, states, and states before it.

    Args:
        layer: The trace of a layer.
        cell: Of which kind it has to be: "LSTM" or "GRU".
        step: The time step.
        sample: Which sample of the batch.

    Returns:
        dict of name to vector: "forget", "h", "h before", ...

    Raises:
        ValueError: The layer is of another kind, there is no such step or sample, or the step is
            masked.
    """
    if not isinstance(layer, LayerTrace):
        raise ValueError(
            f"Received {shown(layer)}; expected the trace of a layer, such as "
            f'trace(model, x, y)["{cell.lower()}"].'
        )
    if set(layer.gates) != set(_GATES[cell]):
        others = [f"For {name} there is {f}" for name, f in _DRAWN_BY.items() if name != cell]
        raise ValueError(
            f"Received a layer with the gates {list(layer.gates)}; expected those of a {cell}: "
            f"{', '.join(_GATES[cell])}. {'. '.join(others)}."
        )
    batch, time, _ = layer.states["h"].shape
    step = whole_number("step", step, at_least=0, at_most=time - 1)
    sample = whole_number("sample", sample, at_least=0, at_most=batch - 1)
    values = {name: gate[sample, step] for name, gate in layer.gates.items()}
    if np.isnan(values["candidate"]).any():
        raise ValueError(
            f"Step {step} of sample {sample} is masked, so that nothing is computed there; choose "
            "another step."
        )
    for name, states in layer.states.items():
        values[name] = states[sample, step]
        before = states[sample, step - 1] if step else np.zeros_like(values[name])
        values[f"{name} before"] = before
    return values


def checked_unit(unit: int, h: np.ndarray) -> int:
    """Return the number of a unit if the layer has it; `h`: (units,)."""
    return whole_number("unit", unit, at_least=0, at_most=len(h) - 1)


def pen(axes: "Axes", lit: Set[str]) -> Callable[..., None]:
    """Return a function that draws a line; one that belongs to a part that is lit is strong."""

    def line(parts: str, *points: shapes.Point, arrow: bool = True) -> None:
        shapes.line(axes, *points, arrow=arrow, strong=bool(lit & set(parts.split())))

    return line


def draw_values(
    axes: "Axes",
    lit: Set[str],
    values: dict[str, np.ndarray],
    unit: int,
    places: Sequence[tuple[str, str, shapes.Point, str]],
) -> None:
    """Draw vectors (units,), and write one unit's number above each.

    Args:
        axes: Where to.
        lit: The parts that are lit up; a value of other parts only is left out.
        values: As `values_at` returns them.
        unit: Whose number is written.
        places: Of each value its name, its symbol, its lower left corner, and its parts.
    """
    for name, symbol, corner, parts in places:
        if lit & set(parts.split()):
            kind: Literal["gate", "signed"] = "gate" if name in _FROM_0_TO_1 else "signed"
            shapes.strip(axes, corner, values[name], kind=kind, mark=unit)
            above = (corner[0] + 0.6, corner[1] + 0.42)
            shapes.write(axes, above, f"{symbol} = {values[name][unit]:.2f}", size=10)


def write_heading(axes: "Axes", title: str, step: int, unit: int) -> None:
    """Write above what is lit up, and whose values are shown."""
    heading = f"{title}      (step {step}, unit {unit})"
    shapes.write(axes, (0.3, 8.2), heading, align="left", size=13)


def draw_legend(axes: "Axes") -> None:
    """Write below what the signs mean."""
    level = 0.3
    shapes.box(axes, (0.7, level), "", size=(0.5, 0.36))
    shapes.write(axes, (1.05, level), "learned layer", size=9, align="left")
    shapes.circle(axes, (4.1, level), "", size=(0.36, 0.36))
    shapes.write(axes, (4.4, level), "pointwise", size=9, align="left")
    shapes.line(axes, (6.2, level), (6.8, level))
    shapes.write(axes, (6.95, level), "vector", size=9, align="left")
    shapes.line(axes, (8.4, level + 0.15), (8.65, level), (9.1, level))
    shapes.line(axes, (8.4, level - 0.15), (8.65, level), arrow=False)
    shapes.write(axes, (9.25, level), "concatenate", size=9, align="left")
    shapes.line(axes, (11.4, level), (11.65, level), (12.0, level + 0.15))
    shapes.line(axes, (11.65, level), (12.0, level - 0.15))
    shapes.write(axes, (12.15, level), "copy", size=9, align="left")
