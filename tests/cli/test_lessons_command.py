"""`keras-rnn-study lessons` copies what a clone has in notebooks/."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import command_line
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def names(folder, pattern):
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern)}


def test_all_lessons_and_solutions_are_copied(tmp_path):
    done = command_line.run("lessons", "--to", tmp_path / "here")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "here", "*.ipynb") == names(NOTEBOOKS, "*.ipynb")
    for beside in ("*.md", "*.png"):
        assert names(tmp_path / "here", beside) == names(NOTEBOOKS, beside)
    # What a lesson's first line imports.
    assert names(tmp_path / "here", "*.py") == {path.name for path in NOTEBOOKS.glob("lesson*.py")}
    for name in names(NOTEBOOKS, "*.ipynb"):
        assert (tmp_path / "here" / name).read_bytes() == (NOTEBOOKS / name).read_bytes()


def test_what_lessons_import_and_read_is_there_away_from_the_repository(tmp_path):
    command_line.run("lessons", "--to", tmp_path / "here", "--language", "en")
    code = "import lesson; print(len(lesson.stored_results('input_bias')))"
    here = tmp_path / "here"
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
    for page in here.glob("*.ipynb"):
        assert "../studies" not in page.read_text(encoding="utf-8"), page.name


@pytest.mark.parametrize("language", [(), ("--language", "en"), ("--language", "zh")])
def test_links_and_pictures_are_there_away_from_the_repository(language, tmp_path):
    command_line.run("lessons", "--to", tmp_path / "here", *language)
    pages = {page: page.read_text("utf-8") for page in (tmp_path / "here").glob("*.md")}
    for page in (tmp_path / "here").rglob("*.ipynb"):
        cells = json.loads(page.read_text("utf-8"))["cells"]
        prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        pages[page] = "\n".join(prose)
    links = {page: re.findall(r"\]\((?!http)([^)#]+)\)", text) for page, text in pages.items()}
    assert any(link.endswith(".png") for found in links.values() for link in found)
    broken = [
        (p.name, to) for p, found in links.items() for to in found if not (p.parent / to).exists()
    ]
    assert not broken


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_language(language, tmp_path):
    command_line.run("lessons", "--to", tmp_path / "here", "--language", language)
    chinese = names(NOTEBOOKS, "*.zh.ipynb")
    wanted = chinese if language == "zh" else names(NOTEBOOKS, "*.ipynb") - chinese
    assert names(tmp_path / "here", "*.ipynb") == wanted
    suffix = ".zh.ipynb" if language == "zh" else ".ipynb"
    first = (tmp_path / f"here/1_chain{suffix}").read_text("utf-8")
    assert f"](2_vanishing{suffix})" in first
    assert "[英文版]" not in first
    assert "[in Chinese]" not in first


def test_where_jupyter_is_missing_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    said = command_line.run("lessons", "--to", tmp_path / "here").stdout
    assert re.search(r"Install JupyterLab: pip install .*\[notebooks\]", said)


def test_nobodys_work_is_written_over(tmp_path):
    (tmp_path / "1_chain.ipynb").write_text("my answers")
    done = command_line.run("lessons", "--to", tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert "--to lessons-2" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["1_chain.ipynb"]
    assert (tmp_path / "1_chain.ipynb").read_text() == "my answers"
