"""What setup.cfg cannot say: links that work away from the repository, folders without code."""

import configparser
import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
DATA_ONLY = {"keras_rnn_study.lessons", "keras_rnn_study.studies"}
# `[text](docs/page.md)`, but no address of its own and no heading of the same page.
RELATIVE_LINK = re.compile(r"(!?)(\[[^][]*\])\((?!\w+:|#)([^)]+)\)")


def long_description() -> str:
    """Return README with absolute links, to where setup.cfg says that the source is."""
    config = configparser.ConfigParser()
    config.read(HERE / "setup.cfg", encoding="utf-8")
    source = config["metadata"]["url"]

    def absolute(link: re.Match[str]) -> str:
        picture, text, path = link.groups()
        return f"{picture}{text}({source}/{'raw' if picture else 'blob'}/main/{path})"

    return RELATIVE_LINK.sub(absolute, (HERE / "README.md").read_text(encoding="utf-8"))


class BuildPy(build_py):
    """Leaves out the scripts that make the lessons and run the studies in the repository."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package: its `__init__` only, where it travels for its data."""
        found = super().find_package_modules(package, package_dir)
        return [m for m in found if package not in DATA_ONLY or m[1] == "__init__"]


setup(long_description=long_description(), cmdclass={"build_py": BuildPy})
