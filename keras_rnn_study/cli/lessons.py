"""`keras-rnn-study lessons`: the notebooks, copied to where one can work in them."""

import importlib.resources
import importlib.util
import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line
from keras_rnn_study.extras import how_to_install

LANGUAGES = ("en", "zh")
_LINK = re.compile(r"( · )?\[([^\]]*)\]\(([^():]+\.ipynb)\)")


def lessons(
    to: Annotated[
        str, typer.Option(help="Where they go: a new directory.", metavar="DIRECTORY")
    ] = "lessons",
    language: Annotated[str | None, typer.Option(help="en or zh.", show_default="both")] = None,
) -> None:
    """Copy the lessons and their solutions, to read and to run."""
    with errors_in_a_line():
        from keras_rnn_study.arguments import check_choice

        if language is not None:
            check_choice("language", language, LANGUAGES)
        copied = copy_lessons(Path(to), LANGUAGES if language is None else (language,))
    console.print(
        f"{copied} notebooks, lessons and their solutions: {to}", soft_wrap=True, highlight=False
    )
    if importlib.util.find_spec("jupyterlab") is None:
        install = how_to_install("notebooks")
        console.print(
            f"Install JupyterLab: {install}", soft_wrap=True, highlight=False, markup=False
        )
    console.print(f"Open them: jupyter lab {shlex.quote(to)}", soft_wrap=True, highlight=False)


def copy_lessons(to: Path, languages: tuple[str, ...]) -> int:
    """Copy notebooks, solutions, and what lies beside them; return how many notebooks.

    Raises:
        ValueError: There is something at `to`: nobody's work in a notebook is written over.
    """
    if to.exists():
        raise ValueError(
            f"{to} is there already, and somebody may have worked in it. Name a new directory: "
            "--to lessons-2."
        )
    with importlib.resources.as_file(importlib.resources.files("keras_rnn_study.lessons")) as home:
        kinds = ("*.md", "images/*.png", "lesson*.py")
        beside = [path.relative_to(home) for kind in kinds for path in home.glob(kind)]
        notebooks = [path.relative_to(home) for path in home.rglob("*.ipynb")]
        notebooks = [path for path in notebooks if _language(path.name) in languages]
        for path in [*beside, *notebooks]:
            content = (home / path).read_bytes()
            if path.suffix in (".md", ".ipynb"):
                content = _linked(content.decode(), languages).encode()
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            (to / path).write_bytes(content)
    return len(notebooks)


def _language(name: str) -> str:
    return "zh" if name.endswith(".zh.ipynb") else "en"


def _linked(text: str, languages: tuple[str, ...]) -> str:
    """Drop links to notebooks of other languages: all of one in a row of links, else its target."""

    def kept(link: re.Match[str]) -> str:
        in_row, said, to = link.groups()
        if _language(to) in languages:
            return link[0]
        return "" if in_row else said

    return _LINK.sub(kept, text)
