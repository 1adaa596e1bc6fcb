"""The steps of one sample by their names, as text; of a long gap only the ends.

    0  I grew up in Fiji For example it is true I speak fluent ___
                    **** ├────────────── gap 8 ─────────────┤ ^^^

Where names are long, such as those of an image's rows, each step has a line of its own.
"""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from keras_rnn_study.task_views.ruler import ANSWER, EVIDENCE, FAINT, gap_bar
from keras_rnn_study.task_views.sample import Sample

_LONG = 7  # columns; a number with its sign and its mark is shorter
_MIN_COLUMNS = 20
_NEIGHBOURS = 2  # steps shown beside those that matter


def listing(sample: Sample, width: int) -> list[Text]:
    """Write the steps of a sample: side by side, or, if they have long names, one below the other.

    Args:
        sample: What to write.
        width: Number of columns that there are.

    Returns:
        Lines, with the evidence, the gap and the answer marked. What is left out of a long gap is
        counted: "... 45 more steps".
    """
    widest = max(cell_len(name) for name in sample.names)
    if sample.task.vocabulary_size is None and widest > _LONG:
        return _one_below_the_other(sample, width)
    return _side_by_side(sample, width, widest)


@dataclasses.dataclass(frozen=True)
class _Line:
    """Steps side by side: their numbers, and the columns where each begins and ends."""

    steps: range
    starts: list[int]
    ends: list[int]

    def columns(self, step: int) -> tuple[int, int]:
        return self.starts[step - self.steps.start], self.ends[step - self.steps.start]


def _side_by_side(sample: Sample, width: int, widest: int) -> list[Text]:
    margin = len(str(len(sample.names))) + 2
    room = max(width - margin, _MIN_COLUMNS)
    # Numbers stand below one another, words and characters as in a text.
    is_text = sample.task.vocabulary_size is not None
    cells = [cell_len(name) if is_text else widest for name in sample.names]
    matters, written, label = _matters(sample), [], f"gap {len(sample.gap)}"
    lines = _break(cells, room, space=int(widest > 1))
    for keep, some in itertools.groupby(lines, lambda line: bool(matters & {*line.steps})):
        group = list(some)
        if not keep and len(group) > 1:
            written.append(_left_out(margin, sum(len(line.steps) for line in group)))
            continue
        for line in group:
            marks = _marks(sample, line, label, room)
            label = "" if label in marks.plain else label
            number = f"{line.steps.start:>{margin - 2}}  "
            written.append(Text.assemble((number, FAINT), _names(sample, line)))
            written += [Text.assemble(" " * margin, marks)] if marks else []
            if not _has_room(sample, line, room) and np.flatnonzero(sample.due)[-1] in line.steps:
                column = max(margin + line.ends[-1] - cell_len(sample.answer), 0)
                written.append(Text.assemble(" " * column, (sample.answer, ANSWER)))
    return written


def _left_out(margin: int, count: int) -> Text:
    return Text(f"{'':{margin}}... {count} more steps", style=FAINT)


def _break(cells: list[int], room: int, space: int) -> Iterator[_Line]:
    """Break a row of cells into lines that are no wider than there is room."""
    starts: list[int] = []
    ends: list[int] = []
    first = 0
    for step, width in enumerate(cells):
        start = ends[-1] + space if ends else 0
        if starts and start + width > room:
            yield _Line(range(first, step), starts, ends)
            starts, ends, first, start = [], [], step, 0
        starts.append(start)
        ends.append(start + width)
    yield _Line(range(first, len(cells)), starts, ends)


def _matters(sample: Sample) -> set[int]:
    """Find the steps whose lines are shown: evidence, answer, ends of the gap and of the sample."""
    steps = {*np.flatnonzero(sample.evidence).tolist(), *np.flatnonzero(sample.due).tolist()}
    return steps | {*sample.gap[:1], *sample.gap[-1:], 0, len(sample.names) - 1}


def _names(sample: Sample, line: _Line) -> Text:
    row = Text()
    for step in line.steps:
        style = EVIDENCE if sample.evidence[step] else ANSWER if sample.due[step] else ""
        start, end = line.columns(step)
        row.append(" " * (start - row.cell_len))
        row.append(set_cell_size(sample.names[step], end - start), style=style)
    row.rstrip()
    return row


def _marks(sample: Sample, line: _Line, label: str, room: int) -> Text:
    """Write what stands below a line: stars, a part of the gap's bar, and what is due."""
    row = Text()
    for step in line.steps:
        start, _ = line.columns(step)
        if sample.evidence[step] or sample.due[step]:
            sign, style = ("*", EVIDENCE) if sample.evidence[step] else ("^", ANSWER)
            row.append(" " * (start - row.cell_len))
            row.append(sign * cell_len(sample.names[step]), style=style)
        elif step in sample.gap and step in (line.steps.start, sample.gap.start):
            last = min(sample.gap[-1], line.steps[-1])
            ends = ("├" if step == sample.gap.start else "─") + (
                "┤" if last == sample.gap[-1] else "─"
            )
            row.append(" " * (start - row.cell_len))
            row.append(gap_bar(label, line.columns(last)[1] - start, ends), style=FAINT)
    if np.flatnonzero(sample.due)[-1] in line.steps and _has_room(sample, line, room):
        row.append(" " * (line.ends[-1] - row.cell_len))
        row.append(f" {sample.answer}", style=ANSWER)
    return row


def _has_room(sample: Sample, line: _Line, room: int) -> bool:
    """Say whether the answer fits behind a line's marks; else it stands below them."""
    return line.ends[-1] + 1 + cell_len(sample.answer) <= room


def _one_below_the_other(sample: Sample, width: int) -> list[Text]:
    margin = len(str(len(sample.names))) + 2
    widest = min(max(cell_len(name) for name in sample.names), max(width - margin - 16, 8))
    time = len(sample.names)
    shown = {
        step + shift
        for step in _matters(sample)
        for shift in range(-_NEIGHBOURS, _NEIGHBOURS + 1)
        if sample.due[step] or sample.evidence[step] or shift == 0
    }
    lines = []
    for keep, group in itertools.groupby(range(time), lambda step: step in shown):
        steps = list(group)
        if not keep and len(steps) > 1:
            lines.append(_left_out(margin, len(steps)))
            continue
        for step in steps:
            name = set_cell_size(sample.names[step], widest)
            number = (f"{step:>{margin - 2}}  ", FAINT)
            lines.append(Text.assemble(number, name, "  ", _mark(sample, step)))
    return lines


def _mark(sample: Sample, step: int) -> Text:
    """Write what stands beside a step that has a line of its own."""
    if sample.evidence[step]:
        return Text("* evidence", style=EVIDENCE)
    if sample.due[step]:
        return Text(f"^ answer: {sample.targets[step]}", style=ANSWER)
    if step not in sample.gap:
        return Text()
    number = step - sample.gap.start + 1
    return Text(f"  gap {number} of {len(sample.gap)}", style=FAINT)
