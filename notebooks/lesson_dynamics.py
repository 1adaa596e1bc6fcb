"""Pictures of lesson 8: what a product of Jacobians can do, and the edge of chaos."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from lesson import word

if TYPE_CHECKING:  # it would bring TensorFlow, before `start` has made it quiet
    from keras_rnn_study.dynamics import BackwardGain

BLUE, ORANGE = "#0072B2", "#D55E00"  # those of the studies' figures


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


def edge(
    before: Sequence[float], after: Sequence[float], needed: Sequence[float]
) -> Figure:
    """Draw each training by its exponent: how many steps it took, and where it ended.

    Args:
        before: The largest Lyapunov exponent of each before training.
        after: The same after it.
        needed: Training steps until it had learned; NaN where it has not.
    """
    before, after, needed = (np.asarray(one, float) for one in (before, after, needed))
    failed = np.isnan(needed)
    figure = Figure((9.5, 3.3), layout="constrained")
    left, right = figure.subplots(1, 2)
    above = np.where(
        failed, 1.12 * np.nanmax(needed), needed
    )  # where failures are drawn
    for axes, heights in ((left, above), (right, after)):
        for name, chosen, look in (
            ("learned", ~failed, {"color": BLUE, "marker": "o"}),
            ("not learned", failed, {"color": ORANGE, "marker": "x"}),
        ):
            axes.plot(
                before[chosen], heights[chosen], linestyle="", label=word(name), **look
            )
        axes.axvline(0, color="0.5", linestyle=":")
        axes.set_xlabel(word("exponent before training"))
        axes.legend(loc="best", fontsize=8)
    left.set_ylabel(word("training steps until learned"))
    right.set_ylabel(word("exponent after training"))
    right.axhline(0, color="0.5", linestyle=":")
    return figure
