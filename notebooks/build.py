"""Runs the lessons, and writes them as notebooks in both languages.

A lesson is a percent script with one code and two proses: markdown cells say `lang="en"` or
`lang="zh"`. `1_chain.ipynb` and `1_chain.zh.ipynb` get the same code, each with its own prose, and
are executed each in its language: of their code the line `LANGUAGE = "en"` differs, which decides
the words of the pictures.

A code cell that says `tags=["check"]` asserts what the prose says. It runs here and in the tests, and
is not in the notebooks, where it would give away what the reader is to predict.

After its heading each notebook gets a line of links, and a cell that installs the toolkit where it
is not there, as in Colab.

python notebooks/build.py [NAME ...] [--check | --prose]
"""

import argparse
import base64
import configparser
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
_WIDGET = "application/vnd.jupyter.widget-view+json"
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def number(path):
    """Which lesson a source or a notebook belongs to: as text 10 would come before 2."""
    return int(path.name.partition("_")[0])


def sources(names=()):
    """The lessons and their solutions, in order; those whose name or path begins as `names` say."""
    found = [
        path
        for pattern in ("[0-9]*.py", "solutions/[0-9]*.py")
        for path in sorted(FOLDER.glob(pattern), key=number)
    ]
    return [
        path
        for path in found
        if not names
        or path.name.startswith(tuple(names))
        or path.relative_to(FOLDER).as_posix().startswith(tuple(names))
    ]


def read(path):
    """A source as a notebook: both proses, no outputs; with its links, and the installing cell."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    first = [
        nbformat.v4.new_markdown_cell(_links(path, lang), metadata={"lang": lang})
        for lang in LANGUAGES
    ]
    heading = len(LANGUAGES)  # cells
    notebook.cells[heading:heading] = [*first, _installing(path)]
    return notebook


def _links(path, language):
    """Where to go from here, and to Colab, which opens a notebook of a public repository."""
    chinese, suffix = language == "zh", LANGUAGES[language]
    name = path.with_suffix(suffix).name
    is_solution = path.parent.name == "solutions"
    up = "../" if is_solution else ""
    links = {}
    if is_solution:
        links["回到课程" if chinese else "the lesson"] = f"../{name}"
    else:
        for near, word in (
            (number(path) - 1, "上一课" if chinese else "back"),
            (number(path) + 1, "下一课" if chinese else "next"),
        ):
            for other in FOLDER.glob(f"{near}_*.py"):
                colon = "：" if chinese else ": "
                title = _title(other, chinese)
                links[f"{word}{colon}{title}"] = other.with_suffix(suffix).name
        links["解答" if chinese else "solutions"] = f"solutions/{name}"
    links["术语表" if chinese else "glossary"] = f"{up}glossary.md"
    overview = "README.zh.md" if chinese else "README.md"
    links["全部课程" if chinese else "all lessons"] = f"{up}{overview}"
    other = path.with_suffix(LANGUAGES["en" if chinese else "zh"]).name
    links["英文版" if chinese else "in Chinese"] = other
    folder = "notebooks/solutions" if is_solution else "notebooks"
    there = _repository().replace(
        "://github.com/", "://colab.research.google.com/github/"
    )
    links["在 Colab 中打开" if chinese else "open in Colab"] = (
        f"{there}/blob/main/{folder}/{name}"
    )
    return " · ".join(f"[{said}]({to})" for said, to in links.items())


def _title(path, chinese):
    return re.findall(r"^# # (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)[
        chinese
    ]


def _repository():
    config = configparser.ConfigParser()
    config.read(FOLDER.parent / "setup.cfg", encoding="utf-8")
    return config["metadata"]["url"]


def _installing(path):
    """A cell that does nothing where the toolkit is there, and what the lessons import."""
    lines = [
        "# Where the toolkit is not there, as in Colab: install it. Elsewhere: nothing.",
        "import importlib.util",
        "",
        'if importlib.util.find_spec("keras_rnn_study") is None:',
        f'    %pip install --quiet "git+{_repository()}"',
    ]
    if path.parent.name != "solutions":  # which are in a folder of their own
        lines += ['if importlib.util.find_spec("lesson") is None:']
    lines += ["    %system keras-rnn-study lessons --to lessons", "    %cd lessons"]
    return nbformat.v4.new_code_cell("\n".join(lines))


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
        notebook,
        timeout=TIMEOUT,
        resources={"metadata": {"path": FOLDER}},
        store_widget_state=False,
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # its times
        if cell.cell_type == "code":
            cell.outputs = [_stored(output) for output in cell.outputs]
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
    for language in LANGUAGES:
        if has_pictures or not seconds:
            start = time.perf_counter()
            executed = execute(in_language(notebook, language, checks=True))
            seconds.append(time.perf_counter() - start)
        ran = [cell for cell in _code(executed) if not is_check(cell)]
        _write(path, language, [cell.outputs for cell in ran])
    return seconds[0]


def rewrite_prose(path):
    """Writes a source's prose into notebooks whose code is still the source's; nothing is run."""
    silent = _installing(path).source  # what it stored, if it was there, is nothing
    for language, suffix in LANGUAGES.items():
        stored = _code(nbformat.read(path.with_suffix(suffix), as_version=4))
        stored = [cell for cell in stored if "%pip install" not in cell.source]
        wanted = [cell.source for cell in _code(in_language(read(path), language))]
        if [silent, *(cell.source for cell in stored)] != wanted:
            raise SystemExit(f"{path.name}: its code has changed, so it has to be run")
        _write(path, language, [[], *(cell.outputs for cell in stored)])


def _write(path, language, outputs):
    """Writes the notebook of one language, with the outputs of its code cells."""
    written = in_language(read(path), language)
    for count, (cell, of_cell) in enumerate(
        zip(_code(written), outputs, strict=True), 1
    ):
        cell.outputs, cell.execution_count = of_cell, count
        for output in of_cell:
            if "execution_count" in output:
                output["execution_count"] = count
    nbformat.validate(written)
    nbformat.write(written, path.with_suffix(LANGUAGES[language]))


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _content(path):
    return [
        (cell.cell_type, cell.source)
        for cell in nbformat.read(path, as_version=4).cells
    ]


def _stored(output):
    """A widget leaves its still picture; pictures get 128 colours, a third of the bytes."""
    data = output.get("data", {})
    if data.pop(_WIDGET, None) is not None:
        data.pop("text/plain")  # where it lay in memory
    if "image/png" in output.get("data", {}):
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        small = io.BytesIO()
        picture.convert("RGB").quantize(128).save(small, "PNG", optimize=True)
        output.data["image/png"] = base64.b64encode(small.getvalue()).decode()
    return output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="how it begins, such as 8_; default: all",
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
