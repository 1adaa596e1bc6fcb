"""Pictures for TensorBoard: arrays in, uint8 RGB arrays out.

Matplotlib is imported at the first picture.
"""

import numpy as np

from keras_rnn_study.pictures.canvas import HeatMap

# Ten powers of ten below the largest: far beyond what an optimizer's step can feel, few enough to
# tell the colours of neighbouring powers apart.
_DECADES = 10

# How many powers of ten the top may be above the median record's largest norm: one record in which
# the gradient exploded must not turn all others black.
_OUTLIER = 3

_HATCHED = "hatched: masked or not finite"

_MAX_ROWS = 250  # the axes are about as many pixels high


def gradient_flow(norms, steps, *, state="h", layer=""):
    """How far back through time does the gradient reach, and how does that change with training?

    A heat map: time across, training downwards, one row a record. The colour is log10 of the norm.
    The colour bar covers at most ten powers of ten, below the largest norm or, where few records
    exploded, below a thousand times the largest norm of the median record. What is below, or 0, is
    black; what is above is white; steps without a finite norm (masked in all samples, NaN,
    infinite) are hatched. The picture says so below the axes where it occurs. Of more than 250
    records, 250 are drawn: evenly chosen, the first and the last among them.

    Args:
        norms: array of shape `(records, time)`, 0 or more: batch means of the norm of the total
            gradient.
        steps: `records` ints, the training step of each row. They need not be evenly spaced.
        state: "h" or "c", what the gradient is with respect to.
        layer: str, the layer's name for the title.

    Returns:
        uint8 array of shape `(400, 700, 3)`.

    Raises:
        ValueError: if `norms` is not `(records, time)` with at least one record and one time step,
            or `steps` has another length.

    Example:

    >>> norms = np.geomspace(1e-12, 1.0, 60)[None] * np.array([[1.0], [0.1]])
    >>> gradient_flow(norms, [0, 64], state="h", layer="lstm").shape
    (400, 700, 3)
    """
    norms, steps = _checked_records(norms, steps)
    rows = np.unique(np.linspace(0, len(norms) - 1, _MAX_ROWS).round().astype(int))
    norms, steps = norms[rows], steps[rows]
    with np.errstate(divide="ignore"):
        decades = np.ma.array(np.log10(norms), mask=~np.isfinite(norms))
    low, high = _decade_limits(decades)
    decades = decades.clip(low - 1, None)  # a colour map takes no -inf
    title = _title(layer, f"total gradient dL/d{state}")
    with HeatMap(decades, (low, high), _flow_colours(), title) as picture:
        picture.name_axes([str(step) for step in steps], "training step")
        picture.add_colour_bar(rf"log$_{{10}}$ |dL/d{state}$_t$|, batch mean")
        picture.add_note(_flow_note(decades, low, high))
        return picture.pixels()


def gate_map(values, *, gate, activation="sigmoid", layer=""):
    """Which units open and close their gate, and at which time steps?

    A heat map of one sample: time across, units downwards. For the sigmoid 0 (closed) is dark and 1
    (open) is light; for tanh 0 is white, -1 purple and 1 orange. Other activations have the range
    of their values. Steps without a finite value (masked, NaN, infinite) are hatched.

    Args:
        values: array of shape `(time, units)`: one sample of a gate's activations.
        gate: str, the gate's name, such as "forget".
        activation: str, name of the function that made the values.
        layer: str, the layer's name for the title.

    Returns:
        uint8 array of shape `(400, 700, 3)`.

    Raises:
        ValueError: if `values` is not `(time, units)`, or empty.

    Example:

    >>> gate_map(np.full((20, 8), 0.73), gate="forget", layer="lstm").shape
    (400, 700, 3)
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(
            f"Received gate values of shape {values.shape}; expected (time, units), both at least "
            "1. Of a trace's (batch, time, units) take one sample: values[0]."
        )
    values = np.ma.masked_invalid(values.T)  # (units, time)
    limits, colours, meaning = _gate_scale(values, activation)
    name = gate if gate == "candidate" else f"{gate} gate"
    with HeatMap(values, limits, colours, _title(layer, f"{name}, one sample")) as picture:
        picture.name_axes([str(unit) for unit in range(len(values))], "unit")
        picture.add_colour_bar(meaning)
        picture.add_note(_HATCHED if values.mask.any() else "")
        return picture.pixels()


def _checked_records(norms, steps):
    norms = np.asarray(norms, dtype=np.float64)
    steps = np.asarray(steps)
    if norms.ndim != 2 or norms.size == 0 or steps.shape != norms.shape[:1]:
        raise ValueError(
            f"Received norms of shape {norms.shape} and steps of shape {steps.shape}; expected "
            "(records, time) and (records,), both axes at least 1. One record is norms[None]."
        )
    return norms, steps


def _decade_limits(decades):
    """The colour bar's ends in whole powers of ten, from the largest norm of a usual record."""
    finite = np.ma.masked_invalid(decades)  # without the zeros
    if finite.count() == 0:
        return -_DECADES, 0
    usual = np.ma.median(finite.max(axis=1))
    high = np.ceil(min(finite.max(), usual + _OUTLIER))
    return min(max(np.floor(decades.min()), high - _DECADES), high - 1), high


def _flow_note(decades, low, high):
    notes = []
    if (decades < low).any():
        notes.append(f"black: below 1e{low:.0f} or 0")
    if (decades > high).any():
        notes.append(f"white: above 1e{high:.0f}")
    if decades.mask.any():
        notes.append(_HATCHED)
    return ", ".join(notes)


def _flow_colours():
    """Viridis without its darkest end, which could not be told from the black of the floor."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    colours = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.12, 1.0, 256)))
    return colours.with_extremes(under="black", over="white", bad=(0, 0, 0, 0))


def _gate_scale(values, activation):
    """Limits, colours and the colour bar's label."""
    import matplotlib

    if activation == "sigmoid":
        low, high, name, meaning = 0, 1, "cividis", "0 = closed, 1 = open"
    elif activation == "tanh":
        low, high, name, meaning = -1, 1, "PuOr_r", "value (tanh: -1 to 1)"
    else:
        known = values.compressed()
        low, high = (known.min(), known.max()) if known.size else (0, 1)
        name, meaning = "cividis", f"value ({activation})"
    return (low, high), matplotlib.colormaps[name].with_extremes(bad=(0, 0, 0, 0)), meaning


def _title(layer, what):
    return f"{layer}: {what}" if layer else what
