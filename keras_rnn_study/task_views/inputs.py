"""How the inputs of a sample are drawn along time: as symbols, numbers, vectors or text."""

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.datasets.reading import BLANKS
from keras_rnn_study.task_views.sample import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by people who do not see all colours, too: after Okabe & Ito.
EVIDENCE, ANSWER, INK, FAINT = "#d55e00", "#0072b2", "#404040", "#d0d0d0"
WIDTH = 8.0  # inches that all steps together have, as all sizes here
CHARACTER = 0.09  # a character of the usual size, at most

_MAX_SYMBOLS = 24  # rows that can each have a name
_MAX_NUMBERS = 3  # features that can each have a panel
_ROW = 0.17
_SMALLEST = 6  # points, of text that can be read


@dataclasses.dataclass(frozen=True)
class Panel:
    """A part of the picture, above or below others, with the same time axis.

    Attributes:
        label: What is in it.
        height: Inches.
        draw: Draws it on axes that have their time axis already.
    """

    label: str
    height: float
    draw: Callable[["Axes"], None]


def panels(sample: Sample) -> list[Panel]:
    """Choose how to draw the inputs of a sample."""
    symbols = _symbols(sample)
    if symbols is not None:
        present, names = symbols
        height = max(_ROW * len(names), 0.7)
        return [Panel("x", height, functools.partial(_draw_symbols, sample, present, names))]
    if sample.task.vocabulary_size:
        return [_text_panel(sample)]
    features = sample.x.shape[1]
    if features > _MAX_NUMBERS:
        height = min(max(_ROW * features, 0.8), 2.5)
        label = f"feature\n□ {sample.x.min():.2g}\n■ {sample.x.max():.2g}"
        return [Panel(label, height, functools.partial(_draw_vectors, sample))]
    names = ["x"] if features == 1 else [f"x[{number}]" for number in range(features)]
    return [
        Panel(name, 0.5 if number else 1.1, functools.partial(_draw_numbers, sample, number))
        for number, name in enumerate(names)
    ]


def colours(sample: Sample, usual: str) -> list[str]:
    """Colour each step after what it is."""
    return [
        EVIDENCE if evidence else ANSWER if due else usual
        for evidence, due in zip(sample.evidence, sample.due, strict=True)
    ]


def shade(axes: "Axes", sample: Sample, *, filled: bool = True) -> None:
    """Mark the steps of the evidence and those of the answer, from top to bottom."""
    for steps, colour, name in (
        (sample.evidence, EVIDENCE, "evidence"),
        (sample.due, ANSWER, "answer"),
    ):
        for start, stop in runs(steps):
            span = axes.axvspan(start - 0.5, stop - 0.5, gid=name, zorder=0 if filled else 3)
            span.set(facecolor=(colour, 0.15 if filled else 0), edgecolor=(colour, 0.6))


def runs(steps: np.ndarray) -> list[tuple[int, int]]:
    """Find where steps that are true begin and stop, without a break.

    Example:
        >>> runs(np.array([True, False, True, True]))
        [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], steps, [0]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _symbols(sample: Sample) -> tuple[np.ndarray, list[str]] | None:
    """Find which symbol each step has, `(time, symbols)`, and their names; `None` if too many."""
    task, x = sample.task, sample.x[: len(sample.names)]
    count = task.vocabulary_size or x.shape[1]
    if not 2 <= count <= _MAX_SYMBOLS:
        return None
    if task.vocabulary_size:
        return x[:, None] == np.arange(count), task.read_input(np.arange(count))
    if not (np.isin(x, (0, 1)).all() and (x.sum(axis=1) == 1).all()):
        return None
    return x == 1, task.read_input(np.eye(count, dtype=x.dtype))


def _draw_symbols(sample: Sample, present: np.ndarray, names: list[str], axes: "Axes") -> None:
    shade(axes, sample)
    steps, rows = present.nonzero()
    axes.bar(steps, 1, 1, rows - 0.5, color=np.array(colours(sample, INK))[steps])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, size=8)
    axes.tick_params(axis="y", length=0)


def _draw_numbers(sample: Sample, feature: int, axes: "Axes") -> None:
    shade(axes, sample)
    values = sample.x[: len(sample.names), feature]
    axes.bar(range(len(values)), values, 0.7, color=colours(sample, "#909090"))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.locator_params(axis="y", nbins=3 if feature else 5)
    axes.tick_params(axis="y", labelsize=8)


def _draw_vectors(sample: Sample, axes: "Axes") -> None:
    values = sample.x[: len(sample.names)].T  # (features, time)
    limits = {"vmin": sample.x.min(), "vmax": sample.x.max()}
    axes.imshow(values, cmap="Greys", aspect="auto", **limits)
    shade(axes, sample, filled=False)
    axes.locator_params(axis="y", nbins=5, integer=True)
    axes.tick_params(axis="y", labelsize=8)


def _text_panel(sample: Sample) -> Panel:
    """Words upwards or characters upright; where there is no room, bars as long as they are."""
    longest = max(len(name) for name in sample.names)
    size = min(10, 72 * WIDTH / len(sample.x) * (1.3 if longest == 1 else 0.9))
    if size < _SMALLEST:
        label, height = ("x", 0.3) if longest == 1 else ("word\nlength", 0.9)
        return Panel(label, height, functools.partial(_draw_lengths, sample))
    height = 0.3 if longest == 1 else 0.15 + CHARACTER * longest * size / 10
    return Panel("x", height, functools.partial(_draw_text, sample, size, longest > 1))


def _draw_text(sample: Sample, size: float, upwards: bool, axes: "Axes") -> None:
    shade(axes, sample)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    for step, (name, colour) in enumerate(zip(sample.names, colours(sample, INK), strict=True)):
        text = axes.text(step, 0.05 if upwards else 0.5, name, ha="center")
        text.set(size=size, color=colour, va="bottom" if upwards else "center_baseline")
        text.set_rotation(90 if upwards else 0)


def _draw_lengths(sample: Sample, axes: "Axes") -> None:
    shade(axes, sample)
    axes.set_yticks([])
    heights = [0 if name in BLANKS.values() else len(name) for name in sample.names]
    axes.bar(range(len(heights)), heights, 0.8, color=colours(sample, "#a0a0a0"))
