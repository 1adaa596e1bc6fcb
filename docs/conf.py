"""Sphinx: the site, from the pages here, the lessons as they are stored, and the docstrings.

make docs
"""

import importlib.metadata
import shutil
import sys
from pathlib import Path

import numpy.typing

HERE = Path(__file__).parent

# Before any signature is read: the union that this name stands for takes four lines each time.
numpy.typing.ArrayLike = type("ArrayLike", (), {"__module__": "numpy.typing"})

project = "keras_rnn_study"
version = release = importlib.metadata.version("keras-rnn-study")
copyright = "the keras_rnn_study developers, MIT licence"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build"]
nb_execution_mode = "off"  # lessons are shown with what they stored
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "keras_rnn_study"
html_static_path = ["_static"]
html_theme_options = {"source_directory": "docs/"}


def setup(app):
    """Bring the lessons to where Sphinx looks, and draw what was measured."""
    app.connect("builder-inited", _copy_lessons)
    app.connect("builder-inited", _write_claims)
    app.connect("source-read", _link_lessons)


def _copy_lessons(app):
    lessons = HERE / "lessons"
    shutil.rmtree(lessons, ignore_errors=True)
    (lessons / "solutions").mkdir(parents=True)
    for path in (HERE.parent / "notebooks").rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts:
            shutil.copyfile(path, lessons / path.relative_to(HERE.parent / "notebooks"))
    shutil.copytree(HERE.parent / "notebooks" / "images", lessons / "images")
    for name in ("README.md", "README.zh.md", "glossary.md"):
        text = (HERE.parent / "notebooks" / name).read_text(encoding="utf-8")
        (lessons / name).write_text(text.replace("](../docs/", "](../"), encoding="utf-8")


def _write_claims(app):
    sys.path.insert(0, str(HERE))
    import claims_page

    claims_page.write(HERE / "_static" / "claims.html")


def _link_lessons(app, docname, source):
    """In the repository they are somewhere else."""
    for there, here in (("](../notebooks/", "](lessons/"), ("](../../notebooks/", "](../lessons/")):
        source[0] = source[0].replace(there, here)
