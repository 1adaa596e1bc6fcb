"""Pictures of what the product of Jacobians does: arrays in, uint8 RGB arrays out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keras_rnn_study.measures.arrays import floats
from keras_rnn_study.pictures.canvas import DOTS_PER_INCH, SIZE, STYLE, HeatMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DECADES = 10.0  # of the colour bar, on either side of 0
_LEAST_DECADES = 1.0
_MAX_ROWS = 250  # the axes are about as many pixels high
_LN_10 = np.log(10)


def jacobian_gain(gains: npt.ArrayLike, steps: npt.ArrayLike, *, layer: str = "") -> np.ndarray:
    """Draw how far back a gradient can reach at most, and how training changes that.

    A heat map: steps back from the end across, training downwards, one row a record. White: some
    direction keeps its size; blue: all shrink; red: some grow. What is beyond ten powers of ten has
    the colour of the end; what is no number is hatched. Of more than 250 records, 250 are drawn.

    Args:
        gains: Array (records, time): log10 of the largest singular value, k = 1, 2, ... steps back.
        steps: Integers (records,), the training step of each row.
        layer: The layer's name for the title.

    Returns:
        uint8 array (400, 700, 3).

    Raises:
        ValueError: `gains` are no numbers or not (records, time) with at least one record and one
            step, or `steps` has another length.

    Example:

    >>> jacobian_gain(-0.1 * np.arange(1, 61)[None], [0], layer="lstm").shape
    (400, 700, 3)
    """
    import matplotlib

    gains, steps = floats(gains).astype(np.float64, copy=False), np.asarray(steps)
    if gains.ndim != 2 or gains.size == 0 or steps.shape != gains.shape[:1]:
        raise ValueError(
            f"Received gains of shape {gains.shape} and steps of shape {steps.shape}; expected "
            "(records, time) and (records,), both axes at least 1. One record is gains[None]."
        )
    rows = np.unique(np.linspace(0, len(gains) - 1, _MAX_ROWS).round().astype(int))
    shown = np.pad(gains[rows], [(0, 0), (1, 0)])  # 0 steps back nothing has happened
    shown = np.ma.masked_array(shown, mask=np.isnan(shown))
    shown = np.ma.clip(shown, -2 * _MOST_DECADES, 2 * _MOST_DECADES)  # a colour map takes no -inf
    sizes = np.abs(shown).compressed()
    limit = np.clip(np.ceil(sizes.max(initial=0)), _LEAST_DECADES, _MOST_DECADES)
    colours = matplotlib.colormaps["RdBu_r"].with_extremes(bad=(0, 0, 0, 0))
    title = f"{layer}: gain back in time" if layer else "gain back in time"
    with HeatMap(shown, (-limit, limit), colours, title) as picture:
        picture.name_axes(
            [str(step) for step in steps[rows]], "training step", "steps back from the end, k"
        )
        picture.add_colour_bar(r"log$_{10}$ largest singular value")
        picture.add_note("hatched: not a number" if np.ma.getmaskarray(shown).any() else "")
        return picture.pixels()


def fan(
    singular_values: npt.ArrayLike,
    *,
    gradient: npt.ArrayLike | None = None,
    exponent: float | None = None,
    layer: str = "",
) -> np.ndarray:
    """Draw what the product can do to a gradient k steps back, and what it does to this one.

    One thin line for each singular value; the thick one is this loss's gradient, and the dashed one
    the rate of the largest Lyapunov exponent, straight as it is the same at each step. What ends
    more than ten powers of ten below these is not drawn, and counted below the axis.

    Args:
        singular_values: Array (steps, states): log10, as in `BackwardGain` for one sample.
        gradient: Array (steps,): log10 of what this loss's gradient does.
        exponent: The largest Lyapunov exponent, a natural logarithm per step.
        layer: The layer's name for the title.

    Returns:
        uint8 array (400, 700, 3).

    Raises:
        ValueError: The arrays are no numbers or not of these shapes.

    Example:

    >>> fan(-0.1 * np.arange(1, 21)[:, None] * [1, 2], exponent=-0.23, layer="rnn").shape
    (400, 700, 3)
    """
    values = floats(singular_values).astype(np.float64, copy=False)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(
            f"Received singular values of shape {values.shape}; expected (steps, states). Of a "
            "BackwardGain's (batch, steps, states) take one sample: singular_values[0]."
        )
    back = np.arange(1, len(values) + 1)
    with _Lines(f"{layer}: k steps back" if layer else "k steps back") as picture:
        axes = picture.axes
        finite = np.where(np.isfinite(values), values, np.nan)
        axes.plot(back, finite, color="0.6", linewidth=0.8)
        axes.plot(back, finite[:, 0], color="tab:blue", linewidth=2, label="largest singular value")
        if gradient is not None:
            known = floats(gradient).astype(np.float64, copy=False)
            known = np.where(np.isfinite(known), known, np.nan)
            axes.plot(back, known, color="tab:orange", linewidth=2.5, label="this loss's gradient")
        if exponent is not None:
            rate = back * exponent / _LN_10
            axes.plot(back, rate, "k--", linewidth=1.5, label="rate of the exponent")
        below = _cut_below_thick_lines(axes, values[-1])
        axes.set_xlabel(f"steps back from the end, k{below}")
        axes.set_ylabel(r"log$_{10}$ of the factor")
        return picture.pixels()


def exponents_over_training(
    exponents: Mapping[str, npt.ArrayLike], steps: npt.ArrayLike
) -> np.ndarray:
    """Draw whether training brings the rate of growth towards 0, where nothing is lost.

    Args:
        exponents: dict of what a line is called to (records,): the largest Lyapunov exponent.
        steps: Integers (records,), training steps.

    Returns:
        uint8 array (400, 700, 3).

    Raises:
        ValueError: A line has another length than `steps`.

    Example:

    >>> exponents_over_training({"lstm": [-0.3, -0.1]}, [0, 64]).shape
    (400, 700, 3)
    """
    at = np.asarray(steps)
    lines = {name: floats(values) for name, values in exponents.items()}
    for name, values in lines.items():
        if values.shape != at.shape:
            raise ValueError(
                f"Received exponents {name!r} of shape {values.shape} and steps of shape "
                f"{at.shape}; expected one of each for each record, (records,)."
            )
    with _Lines("Lyapunov exponent over training") as picture:
        axes = picture.axes
        axes.axhline(0, color="0.5", linewidth=1)
        for name, values in lines.items():
            axes.plot(at, np.where(np.isfinite(values), values, np.nan), linewidth=2, label=name)
        axes.set_xlabel("training step")
        axes.set_ylabel("ln of the factor per step")
        return picture.pixels()


def _cut_below_thick_lines(axes: "Axes", last: np.ndarray) -> str:
    """Leave out what is far below the lines that are to be compared; say how much that is."""
    thick = [line.get_ydata() for line in axes.lines if line.get_linewidth() > 1]
    known = np.concatenate([np.asarray(values, float) for values in thick])
    low = np.nanmin(known) - _MOST_DECADES if np.isfinite(known).any() else -_MOST_DECADES
    count = int(np.sum(last < low))
    if count:
        axes.set_ylim(bottom=low)
    return f" ({count} of {len(last)} values end below)" if count else ""


class _Lines:
    """Axes for lines on a figure of their own, in the style of the heat maps."""

    def __init__(self, title: str) -> None:
        import matplotlib.style

        self._style, self._title = matplotlib.style.context(["default", STYLE]), title

    def __enter__(self) -> "_Lines":
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._style.__enter__()
        figure = Figure(SIZE, dpi=DOTS_PER_INCH)
        self._canvas = FigureCanvasAgg(figure)
        self.axes = figure.add_axes((0.15, 0.17, 0.82, 0.73))
        self.axes.set_title(self._title)
        self.axes.spines[["top", "right"]].set_visible(False)
        return self

    def __exit__(self, *error: object) -> None:
        self._style.__exit__(*error)  # type: ignore[arg-type]  # what `with` hands over

    def pixels(self) -> np.ndarray:
        """Return a uint8 array (height, width, 3)."""
        self.axes.legend(frameon=False, fontsize=12)
        self._canvas.draw()  # type: ignore[no-untyped-call]
        rgba = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        return np.asarray(rgba)[..., :3].copy()
