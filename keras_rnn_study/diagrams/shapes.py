"""What diagrams consist of: boxes, circles, lines and strips, in the article's signs.

A box is a learned layer, a circle a pointwise operation, a line carries a vector; a strip shows the
vector itself, one cell per unit.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
"""Two numbers in the units of `canvas`: a place, or a width and a height."""

BOX, CIRCLE = "#FFF3B0", "#FFD9D0"
INK, FAINT = "0.1", "0.75"

_COLOUR_MAPS = {"signed": ("PuOr_r", -1), "gate": ("Greys_r", 0)}


def canvas(width: float, height: float, *, inches_per_unit: float = 0.62) -> "tuple[Figure, Axes]":
    """Make a figure whose axes are the units that the shapes are placed in."""
    from matplotlib.figure import Figure

    figure = Figure((width * inches_per_unit, height * inches_per_unit), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return figure, axes


def box(
    axes: "Axes", centre: Point, text: str, *, size: Point = (1.0, 0.62), strong: bool = True
) -> None:
    """Draw a learned layer: weights, and the function named in it."""
    from matplotlib.patches import FancyBboxPatch

    corner = (centre[0] - size[0] / 2, centre[1] - size[1] / 2)
    patch = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.08", zorder=3)
    patch.set(**_face(BOX, strong))
    axes.add_patch(patch)
    write(axes, centre, text, strong=strong)


def circle(
    axes: "Axes", centre: Point, text: str, *, size: Point = (0.56, 0.56), strong: bool = True
) -> None:
    """Draw a pointwise operation: a number for each unit, no weights."""
    from matplotlib.patches import Ellipse

    patch = Ellipse(centre, *size, zorder=3)
    patch.set(**_face(CIRCLE, strong))
    axes.add_patch(patch)
    write(axes, centre, text, strong=strong)


def line(axes: "Axes", *points: Point, arrow: bool = True, strong: bool = True) -> None:
    """Draw a vector on its way, along the points."""
    from matplotlib.patches import FancyArrowPatch

    width, colour = (1.8, INK) if strong else (1.1, FAINT)
    axes.plot(*zip(*points, strict=True), color=colour, linewidth=width, zorder=1 + strong)
    if arrow:
        last = FancyArrowPatch(
            points[-2], points[-1], arrowstyle="-|>", mutation_scale=11, shrinkA=0, shrinkB=0
        )
        last.set(color=colour, linewidth=width, zorder=1 + strong)
        axes.add_patch(last)


def bridge(crossing: Point, radius: float = 0.2) -> list[Point]:
    """Find the points by which an upward line passes over another that it does not touch.

    Example:

    >>> [(round(x, 1), round(y, 1)) for x, y in bridge((3.0, 1.0), radius=0.5)[::6]]
    [(3.0, 0.5), (3.5, 1.0), (3.0, 1.5)]
    """
    angles = np.linspace(0, np.pi, 13)
    x, y = crossing
    return [(x + radius * float(np.sin(a)), y - radius * float(np.cos(a))) for a in angles]


def write(
    axes: "Axes",
    place: Point,
    text: str,
    *,
    strong: bool = True,
    size: float = 11,
    align: Literal["left", "center"] = "center",
    math: bool = True,
) -> None:
    """Write text, centred on its place or beginning there; with `math`, dollar signs mean it."""
    colour = INK if strong else FAINT
    options = {"color": colour, "fontsize": size, "zorder": 5, "parse_math": math}
    axes.text(*place, text, ha=align, va="center").set(**options)


def strip(
    axes: "Axes",
    corner: Point,
    values: np.ndarray,
    *,
    kind: Literal["signed", "gate"] = "signed",
    size: Point = (1.2, 0.22),
    upright: bool = False,
    mark: int | None = None,
) -> None:
    """Draw a vector: one cell per unit, coloured by its value; the unit `mark` has a frame.

    Args:
        axes: Of `canvas`.
        corner: The lower left one.
        values: Numbers, (units,).
        kind: "signed": purple at -1, white at 0, orange at 1 (or as far from 0 as the values go, if
            that is more). "gate": black at 0, white at 1.
        size: Width and height of the whole strip.
        upright: Whether units go from the top down instead of from left to right.
        mark: Number of a unit, or `None`.
    """
    import matplotlib
    from matplotlib.patches import Rectangle

    name, low = _COLOUR_MAPS[kind]
    reach = np.abs(values).max(initial=1.0, where=np.isfinite(values))
    shades = matplotlib.colormaps[name]((values / reach - low) / (1 - low))
    cells = shades[:, None] if upright else shades[None]
    (left, bottom), (width, height) = corner, size
    extent = (left, left + width, bottom, bottom + height)
    axes.imshow(cells, extent=extent, interpolation="nearest", aspect="equal", zorder=3)
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=INK, lw=0.8, zorder=4))
    if mark is not None and len(values) > 1:
        step = width / len(values)
        place = (left + mark * step, bottom)
        frame = Rectangle(place, step, height, fill=False, edgecolor="#D00000", lw=1.3, zorder=5)
        axes.add_patch(frame)


def _face(colour: str, strong: bool) -> dict[str, str | float]:
    edge, face = (INK, colour) if strong else (FAINT, "white")
    return {"facecolor": face, "edgecolor": edge, "linewidth": 1.2}
