"""What the curves of a study share: a line for each network, over the gap."""

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.study.report.style import DASHES, marks
from keras_rnn_study.study.report.summary import NO_NUMBER, Condition, lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DODGE = 0.035  # of a line's points, in powers of ten of the gap


def each_line(
    axes: "Axes", found: list[Condition]
) -> Iterator[tuple[Callable[..., None], list[Condition]]]:
    """Yield a function that draws one line, and the line's conditions."""
    grouped = lines(found)
    for number, (label, members) in enumerate(grouped.items()):
        sizes = np.array([float(condition.run.size) for condition in members])
        # Not one upon the other; and a gap of 0 has a place on the axis, too.
        places = (sizes + 1) * 10 ** (_DODGE * (number - (len(grouped) - 1) / 2))
        yield functools.partial(_draw_line, axes, number, label, places), members


def _draw_line(
    axes: "Axes",
    number: int,
    label: str,
    places: np.ndarray,
    values: np.ndarray,
    *,
    yerr: list[np.ndarray] | None = None,
    censored: np.ndarray | None = None,
) -> None:
    """Draw a line's values, (sizes,); what is censored has an open marker and an arrow."""
    look, dashes = marks(number), DASHES[number % len(DASHES)]
    drawn = axes.errorbar(
        places, values, yerr=yerr, label=label, capsize=2, elinewidth=1, linewidth=1.4, **look
    )
    drawn.lines[0].set_linestyle((0, dashes) if dashes else "-")
    none = np.zeros(len(places), bool)
    censored = none if censored is None else censored
    for place in places[np.isnan(values)]:
        where = ("data", "axes fraction")
        axes.annotate(
            NO_NUMBER, (place, 0.02), xycoords=where, rotation=90, ha="center", color=look["color"]
        )
    for place, value in zip(places[censored], values[censored], strict=True):
        axes.plot(place, value, **look | {"markerfacecolor": "white"}, zorder=5)
        axes.annotate("↑", (place, value * 1.15), ha="center", color=look["color"])


def finish(axes: "Axes", found: list[Condition]) -> None:
    """Draw the axis of gaps, and the legend beside the data."""
    sizes = sorted({condition.run.size for condition in found})
    axes.set_xscale("log")
    axes.set_xticks([size + 1 for size in sizes], [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    name = found[0].run.facts.size_name
    axes.set_xlabel(f"{name}, steps")
    axes.figure.legend(loc="outside right center")
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_formatter("{x:,.0f}")
