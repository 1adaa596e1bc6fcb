"""The site is built from what is here, without a warning."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keras_rnn_study.claims.catalog import CLAIMS

ROOT = Path(__file__).parents[1]
PARTS = ("docs", "notebooks")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built pages; the first page's view, of minutes of training, stands in its place empty."""
    copy, built = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for part in PARTS:
        left_out = shutil.ignore_patterns("_build", "_static", "lessons", "*.py[co]")
        shutil.copytree(ROOT / part, copy / part, ignore=left_out)
    (copy / "docs" / "_static").mkdir()
    (copy / "docs" / "_static" / "live.html").write_text("<html></html>")
    command = [sys.executable, "-m", "sphinx", "-q", "--fail-on-warning", "--keep-going"]
    done = subprocess.run(
        [*command, str(copy / "docs"), str(built)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return built


def test_the_first_page_shows_what_it_says():
    names = list(runpy.run_path(str(ROOT / "docs" / "live.py"))["runs"]())
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert "eight networks" in page
    assert sum(name.startswith("gap-") for name in names) == 8
    assert "seven more" in page
    assert sum(name.startswith("ill/") for name in names) == 7
    assert "fifteen trainings" in page


@pytest.mark.slow
def test_every_page_is_there(site):
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    written = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    for page in written:
        if page.parts[0] not in ("_build", "lessons"):
            assert page.with_suffix(".html").as_posix() in pages
    for lesson in (ROOT / "notebooks").rglob("[0-9]*.ipynb"):
        name = lesson.relative_to(ROOT / "notebooks").with_suffix("").as_posix()
        assert f"lessons/{name}.html" in pages


@pytest.mark.slow
def test_signatures_and_descriptions_come_from_the_code(site):
    page = (site / "reference" / "tracing.html").read_text(encoding="utf-8")
    assert 'id="keras_rnn_study.tracing.graph.trace"' in page
    assert "total dL/dh" in page
    assert "_SupportsArray" not in (site / "reference" / "callbacks.html").read_text("utf-8")


@pytest.mark.slow
def test_lessons_show_the_pictures_that_they_stored(site):
    page = (site / "lessons" / "2_vanishing.html").read_text(encoding="utf-8")
    assert page.count("<img") >= 3


def test_claims_that_are_kept_are_all_judged():
    """The site's page has a verdict for each, from numbers that a command measured."""
    judged = runpy.run_path(str(ROOT / "docs" / "claims_page.py"))["judged"]()
    verdicts = {name: judgement.verdict for name, judgement in judged.items()}
    assert list(verdicts) == [claim.name for claim in CLAIMS]
    assert set(verdicts.values()) <= {"holds", "holds with a condition", "does not hold"}


@pytest.mark.slow
def test_the_claims_are_a_page(site):
    page = (site / "_static" / "claims.html").read_text(encoding="utf-8")
    assert page.count("<section>") == page.count("<svg") == len(CLAIMS)
    assert "梯度消失" in page
