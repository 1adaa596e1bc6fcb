"""Pictures of lessons 8 to 11: what a product of Jacobians does, and what a memory holds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lesson import word

if TYPE_CHECKING:  # it would bring TensorFlow, before `start` has made it quiet
    from keras_rnn_study.dynamics import BackwardGain

BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"  # those of the studies' figures


def fans(gains: Mapping[str, "BackwardGain"], factor: float, name: str) -> Figure:
    """Draw what each product can do to a gradient over k steps, and what it does to this one.

    Args:
        gains: Title of each picture to its product, of which the first sample is drawn.
        factor: What the dashed line is multiplied with at each step.
        name: What the dashed line is called.
    """
    figure = Figure((2 + 2.8 * len(gains), 3.3), layout="constrained")
    all_axes = figure.subplots(1, len(gains), squeeze=False, sharey=True)[0]
    for axes, (title, gain) in zip(all_axes, gains.items(), strict=True):
        values = gain.singular_values[0]
        back = np.arange(1, len(values) + 1)
        axes.plot(back, values[:, 1:], color="0.75", linewidth=0.7)
        axes.plot(back, values[:, 0], color=BLUE, label=word("largest singular value"))
        axes.plot([], [], color="0.75", label=word("the others"))
        if gain.gradient is not None:
            axes.plot(
                back, gain.gradient[0], color=ORANGE, label=word("this loss's gradient")
            )
        axes.plot(back, np.log10(factor) * back, "k--", linewidth=1.2, label=word(name))
        axes.set(title=word(title), xlabel=word("steps back, k"))
    all_axes[0].set_ylabel(word("log10 of the factor"))
    all_axes[0].legend(loc="best", fontsize=8)
    return figure


def dots(
    axes: Axes,
    places: Sequence[float],
    groups: Mapping[str, Sequence[float]],
    **labels: str,
) -> None:
    """Draw a point for each training, in a colour and a shape of its group's own."""
    looks = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))
    for (name, values), (colour, marker) in zip(groups.items(), looks, strict=False):
        axes.plot(places, values, marker, color=colour, alpha=0.8, label=word(name))
    axes.set(**{key: word(text) for key, text in labels.items()})
    if len(groups) > 1:
        axes.legend(loc="best", fontsize=8)


def edge(
    before: Sequence[float], after: Sequence[float], needed: Sequence[float]
) -> Figure:
    """Draw each training by its exponent: how many updates it took, and where it ended.

    Args:
        before: The largest Lyapunov exponent of each before training.
        after: The same after it.
        needed: Updates until it had learned; NaN where it has not.
    """
    figure = Figure((9.5, 3.3), layout="constrained")
    left, right = figure.subplots(1, 2)
    at = "exponent before training"
    failed = np.isnan(needed)
    most = np.nanmax(needed)
    dots(
        left,
        before,
        {"learned": needed},
        xlabel=at,
        ylabel="training steps until learned",
    )
    left.plot(
        np.array(before)[failed],
        np.full(failed.sum(), 1.12 * most),
        "x",
        color=ORANGE,
        label=word("not learned"),
    )
    left.legend(loc="best", fontsize=8)
    learned = {"learned": np.where(failed, np.nan, after)}
    missed = {"not learned": np.where(failed, after, np.nan)}
    dots(right, before, learned | missed, xlabel=at, ylabel="exponent after training")
    for axes in (left, right):
        axes.axvline(0, color="0.5", linestyle=":")
    right.axhline(0, color="0.5", linestyle=":")
    return figure
