"""One sample to scale, as text: where the evidence is, how long the gap, when the answer is due.

    To scale, one column is one step
    step      0         10        20
    x         Ghahagbdfdcfbafdacebf?
    evidence  *
    gap        ├───── gap 20 ─────┤
    answer                         G

A sample too long for that has several steps in a column.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from keras_rnn_study.task_views.sample import Sample

EVIDENCE, ANSWER, FAINT = "bold dark_orange", "bold dodger_blue1", "dim"
_MARGIN = 10  # columns of a row's name
_MIN_COLUMNS = 20  # of a row, however narrow the terminal
_TICK_COLUMNS = 10


@dataclasses.dataclass(frozen=True)
class Scale:
    """Which column each step is drawn in: one of its own, where there are enough.

    Attributes:
        time: Number of steps.
        columns: Number of columns that they are drawn in.
    """

    time: int
    columns: int

    @classmethod
    def fit(cls, time: int, width: int) -> "Scale":
        """Make a scale for a terminal of that width, beside the rows' names."""
        return cls(time, min(time, max(width - _MARGIN, _MIN_COLUMNS)))

    @property
    def in_words(self) -> str:
        """What a column stands for."""
        if self.columns == self.time:
            return "one column is one step"
        return f"one column is {self.time / self.columns:.3g} steps"

    def column(self, step: int) -> int:
        """Find the column of a step."""
        return step * self.columns // self.time

    def shows(self, names: Sequence[str]) -> bool:
        """Say whether each step's name fits into the step's column."""
        return self.columns == self.time and all(cell_len(name) <= 1 for name in names)

    def mark(self, steps: np.ndarray, sign: str) -> str:
        """Write a sign into the columns of the steps that are true."""
        columns = {self.column(step) for step in np.flatnonzero(steps).tolist()}
        return "".join(sign if column in columns else " " for column in range(self.columns))


def ruler(sample: Sample, width: int) -> list[Text]:
    """Draw a sample to scale: one column per step, or several steps per column if that is too wide.

    Args:
        sample: What to draw.
        width: Number of columns that there are.

    Returns:
        A heading that says the scale, then rows named step, x, evidence, gap and answer;
        also target, where every step has one and there is room.
    """
    scale = Scale.fit(len(sample.names), width)
    rows = {
        "step": Text(_ticks(scale), style=FAINT),
        "x": _highlighted(sample, scale, sample.names, "·"),
        "evidence": Text(scale.mark(sample.evidence, "*"), style=EVIDENCE),
        "gap": Text(_gap_row(sample, scale), style=FAINT),
        "answer": Text(_answer_row(sample, scale), style=ANSWER),
    }
    if sample.task.every_step and scale.shows(sample.targets):
        rows["target"] = _highlighted(sample, scale, sample.targets, "")
    lines = [Text(f"To scale, {scale.in_words}")]
    for name, row in rows.items():
        row.rstrip()
        lines.append(Text.assemble((f"{name:<{_MARGIN}}", FAINT), row))
    return lines


def names_all_steps(sample: Sample, width: int) -> bool:
    """Say whether the ruler has room for the name of every step."""
    return Scale.fit(len(sample.names), width).shows(sample.names)


def gap_bar(label: str, columns: int, ends: str = "├┤") -> str:
    """Draw a bar of that many columns, with a label in it where there is room.

    Example:
        >>> gap_bar("gap 50", 16), gap_bar("gap 5", 5), gap_bar("gap 1", 1), gap_bar("gap 0", 0)
        ('├─── gap 50 ───┤', '├───┤', '│', '')
    """
    if columns < 2:
        return ((ends.strip("─") or "─") if "─" in ends else "│") * columns
    label = f" {label} " if label and columns >= len(label) + 6 else ""
    return ends[0] + label.center(columns - 2, "─") + ends[1]


def _gap_row(sample: Sample, scale: Scale) -> str:
    gap = sample.gap
    if not gap:
        return ""
    start = scale.column(gap.start - 1) + 1 if gap.start else 0
    label = f"gap {len(gap)}"
    bar = gap_bar(label, scale.column(gap.stop) - start)
    if label in bar:
        return " " * start + bar
    if len(label) < start:
        return f"{label} ".rjust(start) + bar
    return " " * start + bar + f" {label}"


def _answer_row(sample: Sample, scale: Scale) -> str:
    due = np.flatnonzero(sample.due)
    if scale.shows([sample.targets[step] for step in due]):
        return "".join(
            target or " " if is_due else " "
            for target, is_due in zip(sample.targets, sample.due, strict=True)
        )
    marks = scale.mark(sample.due, "^")
    room = scale.column(int(due[0])) - 1
    if cell_len(sample.answer) > room:
        return f"{marks.rstrip()} {sample.answer}"
    return f"{sample.answer:>{room}}" + marks[room:]


def _highlighted(sample: Sample, scale: Scale, names: Sequence[str], otherwise: str) -> Text:
    """Write the names, or something else if they do not fit, in the colours of what they are."""
    row = Text("".join(names) if scale.shows(names) else otherwise * scale.columns)
    for steps, style in ((sample.evidence, EVIDENCE), (sample.due, ANSWER)):
        for step in np.flatnonzero(steps).tolist():
            row.stylize(style, scale.column(step), scale.column(step) + 1)
    return row


def _ticks(scale: Scale) -> str:
    """Write the numbers of round steps, ten columns or more apart."""
    smallest = _TICK_COLUMNS * scale.time / scale.columns
    round_numbers = (factor * 10**power for power in range(20) for factor in (1, 2, 5))
    every = next(number for number in round_numbers if number >= smallest)
    row = ""
    for step in range(0, scale.time, every):
        label = str(step)
        if scale.column(step) + len(label) <= scale.columns:
            row = row.ljust(scale.column(step)) + label
    return row
