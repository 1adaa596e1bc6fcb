"""Each picture of the site's gallery is made by the lines that stand above it."""

import re
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BLOCKS = runpy.run_path(str(DOCS / "pictures.py"))["blocks"]()
SHORT = (r"epochs=\d+", "epochs=1"), (r"steps_per_epoch=\d+", "steps_per_epoch=2")


def test_every_picture_has_its_lines():
    page = (DOCS / "pictures.md").read_text("utf-8")
    assert list(BLOCKS) == re.findall(r"!\[[^]]*\]\(([^)]+)\)", page)
    assert len(BLOCKS) == page.count("```python") == 7
    assert all((DOCS / picture).stat().st_size < 600_000 for picture in BLOCKS)
    made = {path.name for path in (DOCS / "images" / "pictures").iterdir()}
    assert made == {Path(picture).name for picture in BLOCKS} - {"view.webp"}


@pytest.mark.parametrize("picture", BLOCKS)
def test_a_block_is_short(picture):
    lines = [line for line in BLOCKS[picture].splitlines() if line]
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 100


@pytest.mark.slow
@pytest.mark.parametrize("picture", BLOCKS)
def test_a_block_writes_its_picture(picture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = BLOCKS[picture]
    for long, short in SHORT:
        code = re.sub(long, short, code)
    exec(compile(code, picture, "exec"), {})
    (written,) = tmp_path.iterdir()
    assert written.stem == Path(picture).stem
    assert written.stat().st_size > 2000
