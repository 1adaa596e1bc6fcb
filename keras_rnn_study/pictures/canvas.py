"""The frame that all heat maps have in common: axes, colour bar, labels, style."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

SIZE = (7.0, 4.0)  # inches
DOTS_PER_INCH = 100

# TensorBoard's cards show a picture at about half of its size, so the text is twice the usual.
_TEXT_SIZE, _TITLE_SIZE = 15.0, 17.0
STYLE = {
    "font.size": _TEXT_SIZE,
    "axes.titlesize": _TITLE_SIZE,
    "hatch.linewidth": 1.5,
    "image.interpolation": "nearest",  # every colour shown is a measured value
}

_WIDTH_IN_CHARACTERS = {"title": 50, "note": 60}  # longer texts become smaller instead of clipped


class HeatMap:
    """One heat map on a figure of its own; a context manager, within which the style holds.

    No pyplot, no window. The user's settings of matplotlib neither change nor change the picture.

    Args:
        values: Masked array (rows, columns); masked entries are hatched.
        limits: `(low, high)`: the values of the colour bar's ends.
        colours: Matplotlib colour map.
        title: What stands above it.

    Example:

    >>> import matplotlib
    >>> colours = matplotlib.colormaps["viridis"]
    >>> with HeatMap(np.ma.zeros((3, 4)), (0, 1), colours, "Nothing yet") as picture:
    ...     picture.name_axes(["0", "1", "2"], "row")
    ...     picture.add_colour_bar("value")
    ...     picture.pixels().shape
    (400, 700, 3)
    """

    def __init__(
        self,
        values: np.ma.MaskedArray,
        limits: tuple[float, float],
        colours: "Colormap",
        title: str,
    ) -> None:
        import matplotlib.style

        self._style = matplotlib.style.context(["default", STYLE])
        self._values, self._limits, self._colours, self._title = values, limits, colours, title

    def __enter__(self) -> "HeatMap":
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._style.__enter__()
        self._figure = Figure(SIZE, dpi=DOTS_PER_INCH)
        self._canvas = FigureCanvasAgg(self._figure)
        # Placed by hand: matplotlib's layout engines take longer than all the drawing.
        self._axes = self._figure.add_axes((0.13, 0.22, 0.655, 0.66))
        self._axes.patch.set(facecolor="0.85", edgecolor="0.45", hatch="//")  # seen where masked
        low, high = self._limits
        self._image = self._axes.imshow(
            self._values, cmap=self._colours, vmin=low, vmax=high, aspect="auto"
        )
        self._write("title", self._title, 0.91, _TITLE_SIZE)
        return self

    def __exit__(self, *error: object) -> None:
        self._style.__exit__(*error)  # type: ignore[arg-type]  # what `with` hands over

    def name_axes(
        self, row_labels: Sequence[str], row_meaning: str, column_meaning: str = "time step"
    ) -> None:
        """Write columns across, and about five row labels, first and last among them."""
        from matplotlib.ticker import MaxNLocator

        last = len(row_labels) - 1
        rows = np.unique(np.linspace(0, last, min(last + 1, 5)).round().astype(int))
        labels = [row_labels[row] for row in rows]
        left = 0.085 + 0.019 * max(len(label) for label in labels)
        self._axes.set_position((left, 0.22, 0.785 - left, 0.66))
        self._axes.set_yticks(rows, labels)
        self._axes.set_xlabel(column_meaning)
        self._axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
        self._figure.text(0.012, 0.55, row_meaning, rotation=90, va="center")

    def add_colour_bar(self, meaning: str) -> None:
        """Put it beside the heat map, with an arrow at an end beyond which there are values."""
        low, high = self._limits
        below, above = (self._values < low).any(), (self._values > high).any()
        ends = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}
        axes = self._figure.add_axes((0.80, 0.22, 0.03, 0.66))
        extend = ends[bool(below), bool(above)]
        bar = self._figure.colorbar(self._image, cax=axes, extend=extend)
        bar.set_label(meaning, labelpad=9)

    def add_note(self, note: str) -> None:
        """Write a line of explanation at the bottom."""
        self._write("note", note, 0.02, _TEXT_SIZE)

    def pixels(self) -> np.ndarray:
        """Return a uint8 array (height, width, 3)."""
        self._canvas.draw()  # type: ignore[no-untyped-call]
        rgba = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        return np.asarray(rgba)[..., :3].copy()

    def _write(self, kind: str, text: str, bottom: float, size: float) -> None:
        size *= min(1, _WIDTH_IN_CHARACTERS[kind] / max(1, len(text)))
        self._figure.text(0.5, bottom, text, size=size, ha="center", va="bottom")
