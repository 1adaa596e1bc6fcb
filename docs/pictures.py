"""Runs the blocks of docs/pictures.md, and keeps the pictures that they make.

python docs/pictures.py
"""

import contextlib
import re
import tempfile
from pathlib import Path

from PIL import Image

from keras_rnn_study.runs import start_tensorflow

DOCS = Path(__file__).parent
PAGE = DOCS / "pictures.md"
PICTURES = DOCS / "images" / "pictures"
MOST_PIXELS = 900
_BLOCK = re.compile(r"^```python\n(.*?)^```\n\n!\[[^]]*\]\(([^)]+)\)", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """Return the page's blocks: the picture that stands below each -> its code."""
    return {picture: code for code, picture in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))}


def main() -> None:
    """Make all pictures anew, but for the moving one, which docs/moving_picture.py makes."""
    start_tensorflow()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture, code in blocks().items():
        if picture.startswith("images/pictures/"):
            made_in = Path(tempfile.mkdtemp())
            with contextlib.chdir(made_in):
                exec(compile(code, PAGE.name, "exec"), {})
            keep(made_in / Path(picture).name, DOCS / picture)


def keep(made: Path, kept: Path) -> None:
    """Store a picture small."""
    image = Image.open(made).convert("RGB")
    image.thumbnail((MOST_PIXELS, MOST_PIXELS))
    image.save(kept, optimize=True)


if __name__ == "__main__":
    main()
