"""One sample of a task to scale along time, as a picture.

From top to bottom: the evidence named, the gap as a bracket, the inputs, the targets.
"""

import io
import os
import pathlib
from typing import TYPE_CHECKING

from keras_rnn_study.arguments import shown
from keras_rnn_study.task_views import notes
from keras_rnn_study.task_views.inputs import CHARACTER, FAINT, INK, WIDTH, panels
from keras_rnn_study.task_views.sample import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 100
MOST_STEPS = 3000

_LEFT, _RIGHT, _TOP, _BOTTOM = 0.85, 0.15, 0.36, 0.5  # inches, as all sizes here
_SPACE = 0.07
_STYLE = {
    "font.size": 11,
    "axes.edgecolor": FAINT,
    "image.interpolation": "nearest",  # every grey is a value
    "text.parse_math": False,  # a dollar sign in prose is a dollar sign
    "svg.hashsalt": "keras-rnn-study",  # the same sample, the same bytes
}
_DATED = {".png": "Software", ".svg": "Date", ".pdf": "CreationDate"}


def write(sample: Sample, path: str | os.PathLike[str]) -> None:
    """Draw a sample to a file: .png, .svg or .pdf.

    Raises:
        ValueError: The path has another suffix, or cannot be written to; or the sample has more
            than 3,000 steps.
    """
    if not isinstance(sample, Sample):
        raise ValueError(
            f"sample must be one of task_views.sample.draw, but {shown(sample)} was given. "
            'Pass, for example, draw("recall", gap=20).'
        )
    is_path = isinstance(path, str | os.PathLike)
    path = pathlib.Path(path) if is_path else pathlib.Path(shown(path))
    suffix = path.suffix.lower()
    if not is_path or suffix not in SUFFIXES:
        raise ValueError(
            f"A picture's file must end in {', '.join(SUFFIXES)}, but {str(path)!r} was given. "
            f"Pass, for example, {path.stem or 'sample'}.png."
        )
    if len(sample.names) > MOST_STEPS:
        raise ValueError(
            f"A picture of {len(sample.names)} steps could not be read: {MOST_STEPS} are the most. "
            "Pass a smaller gap or length, or leave the picture out."
        )
    contents = render(sample, suffix)
    try:
        path.write_bytes(contents)
    except (OSError, ValueError) as error:  # ValueError: a character that no path may have
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(
            f"Cannot write the picture to {str(path)!r}: {reason}. "
            "Choose a file in a folder that exists and that you may write to."
        ) from error


def render(sample: Sample, suffix: str) -> bytes:
    """Draw a sample, and return what a file with that suffix holds."""
    import matplotlib.style

    buffer = io.BytesIO()
    with matplotlib.style.context(["default", _STYLE]):
        figure = draw(sample)
        figure.savefig(buffer, format=suffix[1:], metadata={_DATED[suffix]: None})
    return buffer.getvalue()


def draw(sample: Sample) -> "Figure":
    """Draw a sample: a matplotlib figure, in the style that happens to be set."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parts = [
        notes.band(sample),
        *panels(sample),
        notes.targets(sample),
    ]
    width = _LEFT + WIDTH + _RIGHT
    height = _TOP + sum(part.height + _SPACE for part in parts) + _BOTTOM
    figure = Figure((width, height), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    _write_title(sample, figure)
    bottom = height - _TOP
    for part in parts:
        bottom -= part.height
        place = (_LEFT / width, bottom / height, WIDTH / width, part.height / height)
        axes = figure.add_axes(place, label=part.label)
        part.draw(axes)
        notes.shade_padding(sample, axes)
        axes.set_xlim(-0.5, len(sample.x) - 0.5)
        middle = (bottom + part.height / 2) / height
        size = 11 / (1 + part.label.count("\n") / 8)
        figure.text(0.08 / width, middle, part.label, va="center", color=INK, size=size)
        axes.tick_params(axis="x", bottom=False, labelbottom=False)
        bottom -= _SPACE
    _draw_time(axes)
    return figure


def _write_title(sample: Sample, figure: "Figure") -> None:
    width, height = figure.get_size_inches()
    task = sample.task
    size = str(sample.size) if task.size_name == "gap" else "gap"
    title = f"{task.label}: {task.summary.replace('`gap`', size)}"
    size = 12 * min(1, (width - 0.2) / (len(title) * 1.25 * CHARACTER))  # larger, and bold
    figure.text(0.08 / width, 1 - 0.08 / height, title, va="top", size=size, weight="bold")


def _draw_time(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
    axes.tick_params(axis="x", bottom=True, labelbottom=True, labelsize=9)
    axes.set_xlabel("time step", labelpad=2)
