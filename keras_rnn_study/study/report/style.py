"""How a study's figures look, and how they are written: the same everywhere, and each time.

Every line has a marker, a dash pattern and a shade of its own, so that it is told from the others
in greyscale, and by the colour-blind. Matplotlib is imported at the first figure; there is no
pyplot and no window, and the user's settings neither matter nor change.
"""

import functools
import os
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_rnn_study.study.report.summary import Condition

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Draw = Callable[["Axes", list[Condition]], None]
DrawFigure = Callable[[list[Condition]], "Figure"]

_SIZE = (7.6, 4.2)  # inches
_STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.9",
    "legend.frameon": False,
    "svg.hashsalt": "keras-rnn-study",  # the same results, the same bytes
}
# Okabe and Ito's colours, which the colour-blind can tell apart, from dark to light and back, so
# that neighbours differ in lightness, too.
_COLOURS = ("#000000", "#E69F00", "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#999999")
_MARKERS = "osD^vPX*"
DASHES = ((), (5, 2), (1, 1.5), (6, 2, 1, 2), (3, 1), (8, 3), (1, 3), (4, 1, 1, 1, 1, 1))


def styled(draw: Draw) -> DrawFigure:
    """Draw with this module's settings, on a figure of its own."""

    @functools.wraps(draw)
    def wrapped(found: list[Condition]) -> "Figure":
        import matplotlib.style
        from matplotlib.figure import Figure

        with matplotlib.style.context(["default", _STYLE]):
            figure = Figure(_SIZE, layout="constrained")
            draw(figure.add_subplot(), found)
            return figure

    return wrapped


def marks(number: int) -> dict[str, Any]:
    """Return colour and marker of a figure's line of that number."""
    colour = _COLOURS[number % len(_COLOURS)]
    return {"color": colour, "marker": _MARKERS[number % len(_MARKERS)], "markersize": 6}


def write_figure(figure: "Figure | np.ndarray", path: str | os.PathLike[str]) -> None:
    """Write a figure, or an array of pixels as PNG; the same figure always gives the same bytes.

    Args:
        figure: What a function of `figures` returned.
        path: Ends in .png or .svg.
    """
    path = pathlib.Path(path)
    if isinstance(figure, np.ndarray):
        import matplotlib.image

        matplotlib.image.imsave(path, figure)
        return
    import matplotlib.style

    dated = {".png": "Software", ".svg": "Date"}[path.suffix]
    with matplotlib.style.context(["default", _STYLE]):
        figure.savefig(path, dpi=150, metadata={dated: None})
