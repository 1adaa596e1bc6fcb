"""Pictures for TensorBoard: arrays in, uint8 RGB arrays out.

Matplotlib is imported at the first picture.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import floats
from keras_rnn_study.pictures.canvas import HeatMap

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

FLOW_DECADES = (-10, 0)
"""The powers of ten that the colours of a gradient flow stand for, in all pictures.

The largest norms of a mean loss over a batch are usually 1e-3 to 1; 1e-10 is far beyond what an
optimizer's step can feel. A scale that followed the data would let a gradient that vanishes look
like one that does not.
"""

_HATCHED = "hatched: masked or not finite"

_GATES = ("input", "forget", "output", "update", "reset")  # the candidate is none

_MAX_ROWS = 250  # the axes are about as many pixels high


def gradient_flow(
    norms: npt.ArrayLike, steps: npt.ArrayLike, *, state: str = "h", layer: str = ""
) -> np.ndarray:
    """Draw how far back through time the gradient reaches, and how training changes that.

    A heat map: time across, training downwards, one row a record. The colour is log10 of the norm,
    from 1e-10 to 1 whatever the values are, so that pictures of several runs, or of one over
    time, can be compared. What is below, or 0, is black; what is above is white; steps without a
    finite norm are hatched: in all records where they are masked in all samples, in some where the
    gradient is NaN or infinite. The picture says below the axes which of it occurs. Of more than
    250 records, 250 are drawn: evenly chosen, the first and the last among them.

    Args:
        norms: Array (records, time), 0 or more: batch means of the norm of the total
            gradient.
        steps: Integers (records,), the training step of each row. They need not be evenly spaced.
        state: `"h"` or `"c"`, what the gradient is with respect to.
        layer: The layer's name for the title.

    Returns:
        uint8 array (400, 700, 3).

    Raises:
        ValueError: `norms` are no numbers or not (records, time) with at least one record and one
            time step, or `steps` has another length.

    Example:

    >>> norms = np.geomspace(1e-12, 1.0, 60)[None] * np.array([[1.0], [0.1]])
    >>> gradient_flow(norms, [0, 64], state="h", layer="lstm").shape
    (400, 700, 3)
    """
    shown, at = _rows_to_show(*_checked_records(norms, steps))
    with np.errstate(divide="ignore"):
        decades = np.ma.masked_array(np.log10(shown), mask=~np.isfinite(shown))
    low, high = FLOW_DECADES
    decades = np.ma.maximum(decades, low - 1)  # a colour map takes no -inf
    title = _title(layer, f"total gradient dL/d{state}")
    with HeatMap(decades, (low, high), _flow_colours(), title) as picture:
        picture.name_axes([str(step) for step in at], "training step")
        picture.add_colour_bar(rf"log$_{{10}}$ |dL/d{state}$_t$|, batch mean")
        picture.add_note(_flow_note(decades, low, high))
        return picture.pixels()


def unit_map(
    values: npt.ArrayLike, *, part: str, activation: str = "sigmoid", layer: str = ""
) -> np.ndarray:
    """Draw which units open and close their gate, and at which time steps.

    A heat map of one sample: time across, units downwards. For the sigmoid 0 (closed) is dark and 1
    (open) is light; for all other activations 0 is white, -1 and below purple, 1 and above orange,
    whatever the values are. Steps without a finite value (masked, NaN, infinite) are hatched.

    Args:
        values: Array (time, units): one sample of a gate's activations, or of a state.
        part: What they are of, such as "forget", "candidate" or "h".
        activation: Name of the function that made the values.
        layer: The layer's name for the title.

    Returns:
        uint8 array (400, 700, 3).

    Raises:
        ValueError: `values` are no numbers, not (time, units), or empty.

    Example:

    >>> unit_map(np.full((20, 8), 0.73), part="forget", layer="lstm").shape
    (400, 700, 3)
    """
    array = floats(values).astype(np.float64, copy=False)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"Received gate values of shape {array.shape}; expected (time, units), both at least "
            "1. Of a trace's (batch, time, units) take one sample: values[0]."
        )
    units = np.ma.masked_invalid(array.T)  # (units, time)
    limits, colours, meaning = _unit_scale(activation)
    name = f"{part} gate" if part in _GATES else part
    with HeatMap(units, limits, colours, _title(layer, f"{name}, one sample")) as picture:
        picture.name_axes([str(unit) for unit in range(len(units))], "unit")
        picture.add_colour_bar(meaning)
        picture.add_note(_HATCHED if units.mask.any() else "")
        return picture.pixels()


def _checked_records(norms: npt.ArrayLike, steps: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    norms = floats(norms).astype(np.float64, copy=False)
    steps = np.asarray(steps)
    if norms.ndim != 2 or norms.size == 0 or steps.shape != norms.shape[:1]:
        raise ValueError(
            f"Received norms of shape {norms.shape} and steps of shape {steps.shape}; expected "
            "(records, time) and (records,), both axes at least 1. One record is norms[None]."
        )
    return norms, steps


def _rows_to_show(norms: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = np.unique(np.linspace(0, len(norms) - 1, _MAX_ROWS).round().astype(int))
    return norms[rows], steps[rows]


def _flow_note(decades: np.ma.MaskedArray, low: int, high: int) -> str:
    notes = []
    if (decades < low).any():
        notes.append(f"black: below 1e{low} or 0")
    if (decades > high).any():
        notes.append(f"white: above 1e{high}")
    return ", ".join([*notes, *_hatched_note(np.ma.getmaskarray(decades))])


def _hatched_note(hatched: np.ndarray) -> list[str]:
    """Say what is hatched in (records, time); a mask hides the same steps in all records."""
    if not hatched.any():
        return []
    broken = (hatched & ~hatched.all(axis=0)).any(axis=1)
    if not broken.any():
        return [_HATCHED]
    return [f"hatched: not finite in {broken.sum()} of {len(hatched)} records"]


def _flow_colours() -> "Colormap":
    """Return viridis without its darkest end, which looks like the black of the floor."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    colours = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.12, 1.0, 256)))
    return colours.with_extremes(under="black", over="white", bad=(0, 0, 0, 0))


def _unit_scale(activation: str) -> tuple[tuple[float, float], "Colormap", str]:
    """Return limits, colours and the colour bar's label."""
    import matplotlib

    if activation in ("sigmoid", "hard_sigmoid"):
        low, name, meaning = 0.0, "cividis", "0 = closed, 1 = open"
    else:
        low, name, meaning = -1.0, "PuOr_r", f"value ({activation}), -1 to 1"
    return (low, 1.0), matplotlib.colormaps[name].with_extremes(bad=(0, 0, 0, 0)), meaning


def _title(layer: str, what: str) -> str:
    return f"{layer}: {what}" if layer else what
