"""What diagrams consist of: boxes, circles, lines and strips, in the article's signs.

A box is a learned layer, a circle a pointwise operation, a line carries a vector; a strip shows the
vector itself, a cell a unit.
"""

import numpy as np

BOX, CIRCLE = "#FFF3B0", "#FFD9D0"
INK, FAINT = "0.1", "0.75"

_COLOUR_MAPS = {"signed": ("PuOr_r", -1), "gate": ("Greys_r", 0)}


def canvas(width, height, *, inches_a_unit=0.62):
    """A figure whose axes are the units that the shapes are placed in: `figure, axes`."""
    from matplotlib.figure import Figure

    figure = Figure((width * inches_a_unit, height * inches_a_unit), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return figure, axes


def box(axes, centre, text, *, size=(1.0, 0.62), strong=True):
    """A learned layer: weights, and the function named in it."""
    from matplotlib.patches import FancyBboxPatch

    corner = np.subtract(centre, np.divide(size, 2))
    style = "round,pad=0,rounding_size=0.08"
    axes.add_patch(FancyBboxPatch(corner, *size, boxstyle=style, zorder=3, **_face(BOX, strong)))
    write(axes, centre, text, strong=strong)


def circle(axes, centre, text, *, size=(0.56, 0.56), strong=True):
    """A pointwise operation: a number for each unit, no weights."""
    from matplotlib.patches import Ellipse

    axes.add_patch(Ellipse(centre, *size, zorder=3, **_face(CIRCLE, strong)))
    write(axes, centre, text, strong=strong)


def line(axes, *points, arrow=True, strong=True):
    """A vector on its way, along the points."""
    from matplotlib.patches import FancyArrowPatch

    width, colour = (1.8, INK) if strong else (1.1, FAINT)
    axes.plot(*zip(*points, strict=True), color=colour, linewidth=width, zorder=1 + strong)
    if arrow:
        style = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0}
        ends = {"color": colour, "linewidth": width, "zorder": 1 + strong}
        axes.add_patch(FancyArrowPatch(points[-2], points[-1], **style, **ends))


def write(axes, place, text, *, strong=True, size=11, **options):
    """Text, centred on its place unless told otherwise."""
    options = {"ha": "center", "va": "center"} | options
    colour = INK if strong else FAINT
    axes.text(*place, text, color=colour, fontsize=size, zorder=5, **options)


def strip(axes, corner, values, *, kind="signed", size=(1.2, 0.22), upright=False, mark=None):
    """A vector: a cell a unit, coloured by its value; the unit `mark` has a frame.

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
    reach = max(1.0, float(np.abs(values).max()))
    shades = matplotlib.colormaps[name]((np.asarray(values) / reach - low) / (1 - low))
    cells = shades[:, None] if upright else shades[None]
    (left, bottom), (width, height) = corner, size
    extent = (left, left + width, bottom, bottom + height)
    axes.imshow(cells, extent=extent, interpolation="nearest", aspect="equal", zorder=3)
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=INK, lw=0.8, zorder=4))
    if mark is not None and len(values) > 1:
        step = width / len(values)
        place = (left + mark * step, bottom)
        frame = {"fill": False, "edgecolor": "#D00000", "lw": 1.3, "zorder": 5}
        axes.add_patch(Rectangle(place, step, height, **frame))


def _face(colour, strong):
    edge, face = (INK, colour) if strong else (FAINT, "white")
    return {"facecolor": face, "edgecolor": edge, "linewidth": 1.2}
