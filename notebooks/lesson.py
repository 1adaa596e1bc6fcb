"""What the lessons share: their language, and pictures in one style.

`start` is each lesson's first line; `curves` and `row` draw; `show` puts the words of a picture
of the toolkit into the lesson's language; `stored_results` reads a study's. It travels with the notebooks, beside them.
"""

import dataclasses
import importlib.resources
import re
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from keras_rnn_study.runs.quiet import start_tensorflow
from keras_rnn_study.runs.result import Result
from keras_rnn_study.study.report.style import DASHES, marks
from keras_rnn_study.study.report.tables import read_results_csv
from lesson_words import CHINESE, everyday_sentences

CHINESE_FONTS = (
    "Noto Sans CJK SC",  # Linux; below: another of Linux, macOS, Windows
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Microsoft YaHei",
)
_STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "legend.frameon": False,
}
_PLACE = re.compile(r"\(step (\d+), unit (\d+)\)")  # in a diagram's heading
_words: dict[str, str] = {}


def start(language: str) -> None:
    """Begin a lesson: TensorFlow without its greetings, pictures in the lesson's language.

    Args:
        language: "en" or "zh". Without a font that has Chinese characters, pictures of a Chinese
            lesson keep their English words, and the lesson says so.
    """
    start_tensorflow()
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_STYLE)
    _words.clear()
    if language == "zh":
        known = font_manager.get_font_names()
        fonts = [name for name in CHINESE_FONTS if name in known]
        if not fonts:
            print(
                "图中文字为英文：本机没有中文字体。装上其中一种即可："
                + "、".join(CHINESE_FONTS)
            )
            return
        matplotlib.rcParams["font.family"] = [
            *fonts,
            "DejaVu Sans",
        ]  # mathtext takes the first
        _words.update(CHINESE)


def word(text: str) -> str:
    """Put a label of a picture into the lesson's language."""
    return _words.get(text, text)


def show(figure: Figure) -> Figure:
    """Put the words of a picture into the lesson's language.

    Args:
        figure: Such as a diagram of the toolkit, or a figure of a study.
    """
    for text in figure.findobj(Text):
        parts = text.get_text().split("      ")  # a heading may have two parts
        said = "      ".join(word(part) for part in parts)
        text.set_text(_PLACE.sub(r"（第 \1 步，单元 \2）", said) if _words else said)
        text.set_fontfamily(matplotlib.rcParams["font.family"])
    return figure


@dataclasses.dataclass(frozen=True)
class Panel:
    """One pair of axes: lines, their names, and what is marked."""

    lines: Mapping[str, np.ndarray]
    title: str = ""
    x: str = ""
    y: str = ""
    log: bool = False
    dots: bool = False
    across: Mapping[str, float] = dataclasses.field(default_factory=dict)
    upright: Mapping[str, float] = dataclasses.field(default_factory=dict)
    top: float | None = None


def curves(lines: Mapping[str, np.ndarray], **options) -> Figure:
    """Draw lines in one pair of axes.

    Args:
        lines: Name of each line to its values, or to `(x, y)`.
        **options: Those of `Panel`: `log` for a logarithmic axis, `dots` for a dot per value,
            `across` and `upright` for dotted lines with a name each.
    """
    return row(Panel(lines, **options), width=7)


def row(*panels: Panel, width: float = 9.5, share_y: bool = False) -> Figure:
    """Draw pairs of axes side by side."""
    figure = Figure((width, 3.1), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=share_y)[0]
    numbers: dict[str, int] = {}
    for axes, panel, then in zip(all_axes, panels, [*panels[1:], None], strict=True):
        numbers |= _numbers(panel, numbers)
        _draw(axes, panel, numbers)
        if then is None or then.lines.keys() != panel.lines.keys():
            _explain(axes, panel)
    return figure


def _numbers(panel: Panel, before: Mapping[str, int]) -> dict[str, int]:
    """Number lines for their looks; a line that an earlier panel has keeps its number."""
    taken = {before[name] for name in panel.lines if name in before}
    free = (
        number
        for number in range(len(before) + len(panel.lines))
        if number not in taken
    )
    return {
        name: before[name] if name in before else next(free) for name in panel.lines
    }


def _draw(axes, panel: Panel, numbers: Mapping[str, int]) -> None:
    for name, values in panel.lines.items():
        number = numbers[name]
        look = marks(number) | {"label": word(name), "linewidth": 1.6}
        look |= {"markersize": 4} if panel.dots else {"marker": None}
        places, heights = values if isinstance(values, tuple) else (None, values)
        places = np.arange(len(heights)) if places is None else places
        (line,) = axes.plot(places, heights, **look)
        if dashes := DASHES[number]:
            line.set_dashes(dashes)
    if panel.log:
        axes.set_yscale("log")
    for name, level in panel.across.items():
        axes.axhline(level, color="0.4", linestyle=":")
        axes.annotate(
            word(name),
            (1, level),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="top",
        )
    for name, place in panel.upright.items():
        axes.axvline(place, color="0.4", linestyle=":")
        axes.annotate(
            f" {word(name)}",
            (place, 0.98),
            xycoords=("data", "axes fraction"),
            va="top",
        )
    axes.set(title=word(panel.title), xlabel=word(panel.x), ylabel=word(panel.y))
    if panel.top is not None:
        axes.set_ylim(0, panel.top)


def _explain(axes, panel: Panel) -> None:
    if len(panel.lines) > 3:  # among so many, the legend would lie on one
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8)
    elif any(panel.lines):
        axes.legend(loc="best", fontsize=8)


def bars(
    groups: Mapping[str, Sequence[float]], names: Sequence[str], **labels
) -> Figure:
    """Draw a group of bars for each name, one bar of each group."""
    figure = Figure((6, 2.8), layout="constrained")
    axes = figure.add_subplot()
    width = 0.8 / len(groups)
    for number, (group, heights) in enumerate(groups.items()):
        places = np.arange(len(names)) + width * (number - (len(groups) - 1) / 2)
        axes.bar(
            places,
            heights,
            0.9 * width,
            color=marks(number + 1)["color"],
            label=word(group),
        )
    axes.set_xticks(range(len(names)), [word(name) for name in names])
    axes.set(title=word(labels.get("title", "")), ylabel=word(labels.get("y", "")))
    axes.legend(loc="best", fontsize=8)
    return figure


def sentences(rows: Sequence[tuple[Sequence[str], int]]) -> Figure:
    """Draw sentences, each with the word that decides and the blank in colour, and their gap.

    Args:
        rows: The words of each, and which of them decides.
    """
    figure = Figure((9.5, 1.15 * len(rows)), layout="constrained")
    all_axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, (words, decides) in zip(all_axes, rows, strict=True):
        last = len(words) - 1
        for place, text in enumerate(words):
            colour = "#D55E00" if place in (decides, last) else "0.2"
            axes.text(place, 0.6, text, ha="center", rotation=25, color=colour)
        axes.annotate("", (last, 0.2), (decides, 0.2), arrowprops={"arrowstyle": "<->"})
        axes.text(
            (decides + last) / 2,
            -0.45,
            f"{word('gap')} = {last - decides - 1}",
            ha="center",
        )
        axes.set(xlim=(-1, 19), ylim=(-0.6, 2))
        axes.axis("off")
    return figure


def stored_results(study: str) -> list[Result]:
    """Return the trainings of a study that travels with the toolkit, one by one."""
    home = importlib.resources.files("keras_rnn_study.studies")
    return read_results_csv((home / "results" / f"{study}.csv").read_text("utf-8"))


def everyday(language: str) -> tuple[np.ndarray, np.ndarray, list[list[str]]]:
    """Return "the clouds are in the ___" and its like, as numbers and as words.

    Returns:
        x: int32, (sentences, time), y: int32, (sentences,), and the words with their answers.
    """
    spoken = [text.split() for text in everyday_sentences(language)]
    vocabulary = sorted({part for words in spoken for part in words})
    numbers = np.array(
        [[vocabulary.index(part) for part in words] for words in spoken], "int32"
    )
    return numbers[:, :-1], numbers[:, -1], spoken
