"""What is written and drawn about a sample's inputs: evidence, gap, answer and padding."""

from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.task_views.inputs import ANSWER, CHARACTER, EVIDENCE, INK, WIDTH, Panel, runs
from keras_rnn_study.task_views.sample import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MAX_NAMES = 30  # characters that the evidence's names may have to be written
_MARKS, _BRACKET, _TEXT = 0.2, 0.8, 1.6  # heights within the band, of 2


def band(sample: Sample) -> Panel:
    """Mark and name the evidence, and draw the gap as a bracket."""
    return Panel("", 0.65, lambda axes: _draw_band(sample, axes))


def targets(sample: Sample) -> Panel:
    """Draw a cell for each target, named where there is room, and the answer beside them."""
    label = "target" if sample.task.every_step else "answer"
    return Panel(label, 0.28, lambda axes: _draw_targets(sample, axes))


def shade_padding(sample: Sample, axes: "Axes") -> None:
    """Grey out what comes after the sample's end."""
    if not sample.padding or not axes.axison:
        return
    end = len(sample.names) - 0.5
    axes.axvspan(end, end + sample.padding, color="#eeeeee", linewidth=0, gid="padding")
    if sample.padding > 2 * _half_width(sample, "padding"):
        text = axes.text(end + sample.padding / 2, 0.5, "padding", color=INK)
        text.set(transform=axes.get_xaxis_transform(), ha="center", va="center")


def _draw_band(sample: Sample, axes: "Axes") -> None:
    axes.set_axis_off()
    axes.set_ylim(0, 2)
    steps = np.flatnonzero(sample.evidence)
    [marks] = axes.plot(steps, np.full(len(steps), _MARKS), "v", color=EVIDENCE)
    marks.set(markersize=7, clip_on=False, gid="marks")
    taken = _draw_gap(sample, axes)
    names = "  ".join(sample.names[step] for step in steps)
    text = f"evidence: {names}" if len(names) <= _MAX_NAMES else "evidence"
    half = _half_width(sample, text)
    middle = _within(sample, steps.mean() if len(steps) else 0, half)
    if taken is not None and middle + half > taken[0] and middle - half < taken[1]:
        middle = taken[0] - half if taken[0] - 2 * half > -0.5 else taken[1] + half
    axes.text(middle, _TEXT, text, color=EVIDENCE, ha="center", va="center", weight="bold")


def _draw_gap(sample: Sample, axes: "Axes") -> tuple[float, float] | None:
    """Draw a bracket over the gap, and return where above it its name is, if it is there."""
    gap = sample.gap
    if not gap:
        return None
    start, stop = gap.start - 0.5, gap.stop - 0.5
    low, high = _BRACKET - 0.2, _BRACKET + 0.2
    heights = [low, high, _BRACKET, _BRACKET, low, high]
    bracket = ([start, start, start, stop, stop, stop], heights)
    axes.plot(*bracket, color=INK, linewidth=1.2, gid="gap")
    text = f"gap {len(gap)}"
    half = _half_width(sample, text)
    inside = stop - start > 3 * half
    middle = _within(sample, (start + stop) / 2, half)
    background = {"facecolor": "white", "edgecolor": "none", "pad": 2} if inside else None
    height = _BRACKET if inside else _TEXT
    axes.text(middle, height, text, color=INK, ha="center", va="center", bbox=background)
    return None if inside else (middle - half, middle + half)


def _draw_targets(sample: Sample, axes: "Axes") -> None:
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    steps = [step for step, target in enumerate(sample.targets) if target]
    shades = [ANSWER if sample.due[step] else "#e8e8e8" for step in steps]
    axes.bar(steps, 1, 1, color=shades)
    room = WIDTH / len(sample.x)
    if all(len(sample.targets[step]) * CHARACTER < room for step in steps):
        for step in steps:
            text = axes.text(step, 0.48, sample.targets[step], ha="center", va="center", size=9)
            text.set_color("white" if sample.due[step] else INK)
        return
    start, _ = runs(sample.due)[0]
    beside = 2 * _half_width(sample, f"{sample.answer} ") < start + 0.5
    axes.text(
        start - 0.5,
        0.48,
        f"{sample.answer} " if beside else f" {sample.answer}",
        color=ANSWER if beside else "white",
        ha="right" if beside else "left",
        va="center",
        weight="bold",
    )


def _half_width(sample: Sample, text: str) -> float:
    """Measure half of a text in steps."""
    return len(text) * CHARACTER / 2 * len(sample.x) / WIDTH


def _within(sample: Sample, middle: float, half: float) -> float:
    """Move a text's middle so that its ends are within the picture."""
    return float(max(half - 0.5, min(middle, len(sample.x) - 0.5 - half)))
