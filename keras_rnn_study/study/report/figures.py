"""A study's figures, for reports and notebooks: results in, Matplotlib figures out.

Every line has a marker, a dash pattern and a shade of its own, so that it is told from the others
in greyscale, and by the colour-blind. Matplotlib is imported at the first figure; there is no
pyplot and no window, and the user's settings neither matter nor change.
"""

import functools
import math
import pathlib

import numpy as np

from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.study.report.summary import lines, prediction

_SIZE = (7.6, 4.2)  # inches
_STYLE = {
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
_DASHES = ((), (5, 2), (1, 1.5), (6, 2, 1, 2), (3, 1), (8, 3), (1, 3), (4, 1, 1, 1, 1, 1))
_DODGE = 0.035  # of a line's points, in powers of ten of the gap


def _styled(draw):
    """Draws with this module's settings, on a figure of its own."""

    @functools.wraps(draw)
    def wrapped(*arguments):
        import matplotlib.style
        from matplotlib.figure import Figure

        with matplotlib.style.context(["default", _STYLE]):
            figure = Figure(_SIZE, layout="constrained")
            draw(figure.add_subplot(), *arguments)
            return figure

    return wrapped


@_styled
def success_curve(axes, found):
    """Up to which gap does each network learn its task?

    The share of seeds that learned against the gap, with Wilson's 95 % intervals.

    Args:
        found: List of `Condition` of one task, as `summary.conditions` gives them.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for line, members in _each_line(axes, found):
        rates = np.array([condition.rate for condition in members])
        ends = np.array([condition.interval for condition in members])
        below, above = np.maximum(rates - ends[:, 0], 0), np.maximum(ends[:, 1] - rates, 0)
        line(rates, yerr=[below, above])
    axes.set_ylim(-0.04, 1.04)
    axes.set_ylabel("share of seeds that learned")
    axes.set_title("Up to which gap does it learn? (bars: 95 % intervals)")
    _finish(axes, found)


@_styled
def updates_curve(axes, found):
    """How long does learning take, as the gap grows?

    Median and quartiles of the updates to success against the gap. Where half or more of the seeds
    never got there, an open marker with an arrow stands at the most that was trained: the median is
    somewhere above.

    Args:
        found: List of `Condition` of one task.

    Returns:
        `matplotlib.figure.Figure`.
    """
    most = max(condition.run.steps for condition in found)
    for line, members in _each_line(axes, found):
        quartiles = np.array([condition.updates for condition in members])
        limits = np.array([condition.run.steps for condition in members])[:, None]
        shown = np.where(np.isfinite(quartiles), quartiles, limits)
        low, median, high = shown.T
        line(median, yerr=[median - low, high - median], censored=~np.isfinite(quartiles[:, 1]))
    axes.set_yscale("log")
    axes.set_ylim(top=most * 2)
    axes.set_ylabel("updates to success")
    axes.set_title(f"How long does it take? (bars: quartiles; open, ↑: not within {most:,})")
    _finish(axes, found)


@_styled
def horizon_curve(axes, found):
    """How far back does the gradient reach before training, and is that far enough?

    The mean horizon before training against the gap. On the dashed line it reaches the beginning of
    the sequence; below it the evidence is beyond the horizon.

    Args:
        found: List of `Condition` of one task.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for line, members in _each_line(axes, found):
        line(np.array([condition.horizon for condition in members]))
    reach = {c.run.size: c.results[0].time for c in found if c.results[0].time is not None}
    sizes = sorted(reach)
    axes.plot(sizes, [reach[size] for size in sizes], color="0.5", linestyle="--", zorder=1)
    if sizes:
        place = (sizes[-1], reach[sizes[-1]])
        axes.annotate("all of it ", place, ha="right", va="bottom", color="0.35", size=10)
    axes.set_yscale("log")
    axes.set_ylabel("horizon before training, steps")
    axes.set_title("How far back does the gradient reach, before training?")
    _finish(axes, found)


@_styled
def prediction_plot(axes, found):
    """Does the gradient before training foretell who learns?

    A point a condition: the share of the sequence that the horizon reaches before training, and the
    share of seeds that learned. In the title Spearman's rank correlation with its 95 % interval.

    Args:
        found: List of `Condition` of one task.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for number, (label, members) in enumerate(lines(found).items()):
        known = [c for c in members if not math.isnan(c.horizon)]
        # What would lie on one another is moved apart a little, each line by a step of its own.
        shift = 0.006 * (number - len(lines(found)) / 2)
        axes.plot(
            [c.horizon / c.results[0].time + shift for c in known],
            [c.rate + shift for c in known],
            **_marks(number),
            linestyle="none",
            label=label,
        )
    told = prediction(found)
    low, high = told.horizon_interval
    correlation = (
        "no rank correlation: all learned, or none"
        if math.isnan(told.horizon)
        else f"rank correlation {told.horizon:.2f} ({low:.2f} to {high:.2f})"
    )
    axes.set_title(f"Does it foretell who learns? {correlation}")
    axes.set_xlabel("share of the sequence within the horizon, before training")
    axes.set_ylabel("share of seeds that learned")
    axes.set_ylim(-0.06, 1.06)
    axes.figure.legend(loc="outside right center")


def flow_map(history, run):
    """Where does the gradient go on its way back, and what does training change about it?

    Args:
        history: dict of arrays, as `StudyDirectory.history` gives it.
        run: The `Run`.

    Returns:
        uint8 array (height, width, 3), as `heat_maps.gradient_flow` draws it; `None` if the history
        has no gradients.
    """
    from keras_rnn_study.pictures import heat_maps

    norms = history.get(tag("gradient_flow", run.cell, run.memory))
    if norms is None:
        return None
    title = f"{run.label}, {run.facts.size_name} {run.size}"
    return heat_maps.gradient_flow(norms, history["step"], state=run.memory, layer=title)


def write_figure(figure, path):
    """Writes a figure, or an array of pixels as PNG; the same figure always gives the same bytes.

    Args:
        figure: What a function of this module returned.
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


def _each_line(axes, found):
    """Yields a function that draws one line, and the line's conditions."""
    grouped = lines(found)
    for number, (label, members) in enumerate(grouped.items()):
        sizes = np.array([float(condition.run.size) for condition in members])
        # Not one upon the other; and a gap of 0 has a place on the axis, too.
        places = (sizes + 1) * 10 ** (_DODGE * (number - (len(grouped) - 1) / 2))
        yield functools.partial(_draw_line, axes, number, label, places), members


def _draw_line(axes, number, label, places, values, *, yerr=None, censored=None):
    marks, dashes = _marks(number), _DASHES[number % len(_DASHES)]
    drawn = axes.errorbar(
        places, values, yerr=yerr, label=label, capsize=2, elinewidth=1, linewidth=1.4, **marks
    )
    drawn.lines[0].set_linestyle((0, dashes) if dashes else "-")
    none = np.zeros(len(places), bool)
    censored = none if censored is None else censored
    for place, value in zip(places[censored], values[censored], strict=True):
        axes.plot(place, value, **marks | {"markerfacecolor": "white"}, zorder=5)
        axes.annotate("↑", (place, value * 1.15), ha="center", color=marks["color"])


def _marks(number):
    colour = _COLOURS[number % len(_COLOURS)]
    return {"color": colour, "marker": _MARKERS[number % len(_MARKERS)], "markersize": 6}


def _finish(axes, found):
    """The axis of gaps, and the legend beside the data."""
    sizes = sorted({condition.run.size for condition in found})
    axes.set_xscale("log")
    axes.set_xticks([size + 1 for size in sizes], [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    name = found[0].run.facts.size_name
    axes.set_xlabel(f"{name}, steps")
    axes.figure.legend(loc="outside right center")
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_formatter("{x:,.0f}")
