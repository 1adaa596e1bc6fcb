"""Runs the lessons, and writes them as notebooks in both languages.

A lesson is a percent script with one code and two proses: markdown cells say `lang="en"` or
`lang="zh"`. `1_chain.ipynb` and `1_chain.zh.ipynb` get the same code, each with its own prose, and
are executed each in its language: of their code the line `LANGUAGE = "en"` differs, which decides
the words of the pictures.

A code cell that says `tags=["check"]` asserts what the prose says. It runs here and in the tests, and
is not in the notebooks, where it would give away what the reader is to predict.

python notebooks/build.py [NAME ...] [--check | --prose]
"""

import argparse
import base64
import copy
import io
import pathlib
import re
import time

import jupytext
import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = pathlib.Path(__file__).parent
LANGUAGES = {"en": ".ipynb", "zh": ".zh.ipynb"}
TIMEOUT = 600  # seconds a cell
# A line's end within a Chinese paragraph would be shown as a space.
_CHINESE_LINE_END = re.compile(
    "(?<=[\u3001-\u9fff\uff00-\uffef”])\n(?=[\u3001-\u9fff\uff00-\uffef“])"
)
_START = 'LANGUAGE = "en"'  # where a lesson says it
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def sources(names=()):
    """The lessons and their solutions, in order; those whose path contains one of `names`."""
    found = sorted(FOLDER.glob("[0-9]*.py")) + sorted(
        FOLDER.glob("solutions/[0-9]*.py")
    )
    return [
        path for path in found if not names or any(name in str(path) for name in names)
    ]


def read(path):
    """A source as a notebook: both proses, no outputs."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return notebook


def is_check(cell):
    """Whether a code cell asserts what the prose says, and is not for the reader."""
    return "check" in cell.metadata.get("tags", [])


def in_language(notebook, language, checks=False):
    """The code, and the prose of one language; with `checks`, also what asserts it."""
    chosen = copy.deepcopy(notebook)
    chosen.cells = [
        cell
        for cell in chosen.cells
        if cell.metadata.get("lang", language) == language
        and (checks or not is_check(cell))
    ]
    for number, cell in enumerate(chosen.cells):
        if cell.cell_type == "markdown":
            cell.source = _CHINESE_LINE_END.sub("", cell.source)
        else:
            cell.source = cell.source.replace(_START, f'LANGUAGE = "{language}"')
        cell.metadata = {"tags": ["check"]} if is_check(cell) else {}
        cell["id"] = f"cell-{number}"  # the same lesson, the same bytes
    return chosen


def execute(notebook):
    """Runs all code in a fresh kernel, as a student would; an error in a cell is raised."""
    client = NotebookClient(
        notebook, timeout=TIMEOUT, resources={"metadata": {"path": FOLDER}}
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # its times
        if cell.cell_type == "code":
            cell.outputs = [_compressed(output) for output in cell.outputs]
    return notebook


def out_of_step(path):
    """The notebooks beside a source whose code or prose is not the source's; a list of paths."""
    notebook = read(path)
    stale = []
    for language, suffix in LANGUAGES.items():
        target = path.with_suffix(suffix)
        expected = [
            (cell.cell_type, cell.source)
            for cell in in_language(notebook, language).cells
        ]
        if not target.exists() or expected != _content(target):
            stale.append(target)
    return stale


def build(path):
    """Executes one source and writes its notebooks; returns the seconds that the English one took."""
    notebook = read(path)
    has_pictures = any(_START in cell.source for cell in notebook.cells)
    seconds = []
    for language, suffix in LANGUAGES.items():
        if has_pictures or not seconds:
            start = time.perf_counter()
            executed = execute(in_language(notebook, language, checks=True))
            seconds.append(time.perf_counter() - start)
        ran = [
            cell
            for cell in executed.cells
            if cell.cell_type == "code" and not is_check(cell)
        ]
        written = in_language(notebook, language)
        cells = [cell for cell in written.cells if cell.cell_type == "code"]
        for number, (cell, source) in enumerate(zip(cells, ran, strict=True), 1):
            cell.outputs, cell.execution_count = source.outputs, number
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = number
        nbformat.validate(written)
        nbformat.write(written, path.with_suffix(suffix))
    return seconds[0]


def rewrite_prose(path):
    """Writes a source's prose into notebooks whose code is still the source's; nothing is run."""
    for language, suffix in LANGUAGES.items():
        written = in_language(read(path), language)
        there = nbformat.read(path.with_suffix(suffix), as_version=4)
        old, new = (
            [cell for cell in book.cells if cell.cell_type == "code"]
            for book in (there, written)
        )
        if [cell.source for cell in old] != [cell.source for cell in new]:
            raise SystemExit(f"{path.name}: its code has changed, so it has to be run")
        for ran, cell in zip(old, new, strict=True):
            cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        nbformat.write(written, path.with_suffix(suffix))


def _content(path):
    return [
        (cell.cell_type, cell.source)
        for cell in nbformat.read(path, as_version=4).cells
    ]


def _compressed(output):
    """Pictures with 128 colours: a third of the bytes, and nobody sees it."""
    if "image/png" in output.get("data", {}):
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        small = io.BytesIO()
        picture.convert("RGB").quantize(128).save(small, "PNG", optimize=True)
        output.data["image/png"] = base64.b64encode(small.getvalue()).decode()
    return output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="part of a path; default: all"
    )
    parser.add_argument(
        "--check", action="store_true", help="only say what is out of step"
    )
    parser.add_argument(
        "--prose",
        action="store_true",
        help="only write the prose; the code is as it was",
    )
    arguments = parser.parse_args()
    chosen = sources(arguments.names)
    if not chosen:
        parser.error(f"no lesson is called {' or '.join(arguments.names)}")
    if arguments.check:
        stale = [target for path in chosen for target in out_of_step(path)]
        for target in stale:
            print(
                f"{target.relative_to(FOLDER)} is not what its source says; run: make lessons"
            )
        return len(stale) > 0
    for path in chosen if arguments.prose else ():
        rewrite_prose(path)
    for path in () if arguments.prose else chosen:
        print(f"{path.relative_to(FOLDER)}: {build(path):.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
