"""A study's figures, for reports and notebooks: results in, Matplotlib figures out."""

import math
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.record import History
from keras_rnn_study.study.report.lines_plot import each_line, finish
from keras_rnn_study.study.report.predicting import prediction
from keras_rnn_study.study.report.style import marks, styled
from keras_rnn_study.study.report.summary import NO_NUMBER, Condition, lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def success_curve(axes: "Axes", found: list[Condition]) -> None:
    """Up to which gap does each network learn its task?

    The share of seeds that learned against the gap, with Wilson's 95 % intervals.

    Args:
        found: List of `Condition` of one task, as `summary.conditions` gives them.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for line, members in each_line(axes, found):
        rates = np.array([condition.rate for condition in members])
        ends = np.array([condition.interval for condition in members])
        below, above = np.maximum(rates - ends[:, 0], 0), np.maximum(ends[:, 1] - rates, 0)
        line(rates, yerr=[below, above])
    axes.set_ylim(-0.04, 1.04)
    axes.set_ylabel("share of seeds that learned")
    axes.set_title("Up to which gap does it learn? (bars: 95 % intervals)")
    finish(axes, found)


@styled
def updates_curve(axes: "Axes", found: list[Condition]) -> None:
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
    for line, members in each_line(axes, found):
        quartiles = np.array([condition.updates for condition in members])
        limits = np.array([condition.run.steps for condition in members])[:, None]
        shown = np.where(np.isfinite(quartiles), quartiles, limits)
        low, median, high = shown.T
        line(median, yerr=[median - low, high - median], censored=~np.isfinite(quartiles[:, 1]))
    axes.set_yscale("log")
    axes.set_ylim(top=most * 2)
    axes.set_ylabel("updates to success")
    axes.set_title(f"How long does it take? (bars: quartiles; open, ↑: not within {most:,})")
    finish(axes, found)


@styled
def horizon_curve(axes: "Axes", found: list[Condition]) -> None:
    """How far back does the gradient reach before training, and is that far enough?

    The mean horizon before training against the gap. On the dashed line it reaches the beginning of
    the sequence; below it the evidence is beyond the horizon.

    Args:
        found: List of `Condition` of one task.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for line, members in each_line(axes, found):
        line(np.array([condition.horizon for condition in members]))
    reach = {c.run.size: c.time for c in found if c.time is not None}
    sizes = sorted(reach)
    axes.plot(sizes, [reach[size] for size in sizes], color="0.5", linestyle="--", zorder=1)
    if sizes:
        place = (sizes[-1], reach[sizes[-1]])
        axes.annotate("all of it ", place, ha="right", va="bottom", color="0.35", size=10)
    axes.set_yscale("log")
    axes.set_ylabel("horizon before training, steps")
    axes.set_title("How far back does the gradient reach, before training?")
    finish(axes, found)


@styled
def prediction_plot(axes: "Axes", found: list[Condition]) -> None:
    """How well does the gradient before training foretell who learns?

    A point for each condition: the share of the sequence that the horizon reaches before training,
    and the share of seeds that learned. In the title Spearman's rank correlation with its 95 %
    interval, and that of the gap alone.

    Args:
        found: List of `Condition` of one task.

    Returns:
        `matplotlib.figure.Figure`.
    """
    for number, (label, members) in enumerate(lines(found).items()):
        known = [c for c in members if not math.isnan(c.reach)]
        # What would lie on one another is moved apart a little, each line by a step of its own.
        shift = 0.006 * (number - len(lines(found)) / 2)
        axes.plot(
            [c.reach + shift for c in known],
            [c.rate + shift for c in known],
            **marks(number),
            linestyle="none",
            label=label,
        )
    lost = sum(c.lost_gradients > 0 for c in found)
    if lost:
        text = f"not shown, as the horizon is {NO_NUMBER}: {lost} of {len(found)} conditions"
        axes.annotate(text, (0.02, 0.02), xycoords="axes fraction", color="0.35", size=10)
    told = prediction(found)
    low, high = told.horizon_interval
    correlation = (
        "no rank correlation: all learned, or none"
        if math.isnan(told.horizon)
        else f"rank correlation {told.horizon:.2f} ({low:.2f} to {high:.2f})"
        f"\n{found[0].run.facts.size_name} alone: {_correlation(told.size)}"
    )
    axes.set_title(f"Does it foretell who learns? {correlation}")
    axes.set_xlabel("share of the sequence within the horizon, before training")
    axes.set_ylabel("share of seeds that learned")
    axes.set_ylim(-0.06, 1.06)
    axes.figure.legend(loc="outside right center")


def _correlation(value: float) -> str:
    return "the same for all" if math.isnan(value) else f"{value:.2f}"


def flow_map(history: History, run: Run) -> np.ndarray | None:
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
