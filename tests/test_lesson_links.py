"""Each lesson leads to the others, its solutions and Colab, and installs what is not there."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
_spec = importlib.util.spec_from_file_location("lesson_builder", NOTEBOOKS / "build.py")
builder = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(builder)

SOURCES = builder.sources()
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda p: f"{p.parent.name}/{p.stem}")
each_language = pytest.mark.parametrize("suffix", [".ipynb", ".zh.ipynb"])


def test_ten_comes_after_nine():
    lessons = [path for path in SOURCES if path.parent == NOTEBOOKS]
    assert [builder.number(path) for path in lessons] == list(range(1, len(lessons) + 1))
    assert len(lessons) > 9


def test_names_say_how_a_lesson_begins():
    found = {path.relative_to(NOTEBOOKS).as_posix() for path in builder.sources(["1_"])}
    assert found == {"1_chain.py", "solutions/1_chain.py"}
    (only,) = builder.sources(["solutions/1_"])
    assert only == NOTEBOOKS / "solutions" / "1_chain.py"


@each_source
@each_language
def test_links_lead_somewhere(path, suffix):
    notebook = nbformat.read(path.with_suffix(suffix), as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert len(links) >= 3
    for link in links:
        assert (path.parent / link).exists(), link


@each_source
@each_language
def test_opens_in_colab(path, suffix):
    notebook = nbformat.read(path.with_suffix(suffix), as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells[:2])
    (there,) = re.findall(r"https://colab\.research\.google\.com/github/[^)]+", text)
    assert there.endswith(f"/blob/main/{path.with_suffix(suffix).relative_to(ROOT).as_posix()}")


@each_source
def test_first_code_installs_where_the_toolkit_is_not_there(path):
    code = [cell.source for cell in builder.read(path).cells if cell.cell_type == "code"]
    assert 'find_spec("keras_rnn_study") is None' in code[0]
    assert "%pip install" in code[0]
    assert "keras-rnn-study lessons --to" in code[0]
    assert not any("%pip" in cell for cell in code[1:])


def test_neighbours_are_named():
    english, chinese = (
        nbformat.read(NOTEBOOKS / f"2_vanishing{suffix}", as_version=4).cells[1].source
        for suffix in (".ipynb", ".zh.ipynb")
    )
    assert "[back: 1. The chain](1_chain.ipynb)" in english
    assert "[next: 3. Exploding gradients](3_exploding.ipynb)" in english
    assert "](3_exploding.zh.ipynb)" in chinese
    assert "[solutions](solutions/2_vanishing.ipynb)" in english
