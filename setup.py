"""What setup.cfg cannot say: links that work away from the repository, folders without code."""

import configparser
import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
# What travels of folders whose scripts are for the repository: a lesson's first line imports
# `lesson`, which lies beside the notebooks.
TRAVEL = {"keras_rnn_study.lessons": r"__init__|lesson\w*", "keras_rnn_study.studies": "__init__"}
# `[text](docs/page.md)`, but no address of its own and no heading of the same page.
RELATIVE_LINK = re.compile(r"(!?)(\[[^][]*\])\((?!\w+:|#)([^)]+)\)")


def source() -> str:
    """Return the address of the source, from setup.cfg."""
    config = configparser.ConfigParser()
    config.read(HERE / "setup.cfg", encoding="utf-8")
    return config["metadata"]["url"]


def long_description() -> str:
    """Return README with absolute links."""

    def absolute(link: re.Match[str]) -> str:
        picture, text, path = link.groups()
        return f"{picture}{text}({source()}/{'raw' if picture else 'blob'}/main/{path})"

    return RELATIVE_LINK.sub(absolute, (HERE / "README.md").read_text(encoding="utf-8"))


class BuildPy(build_py):
    """Leaves out the scripts that make the lessons and run the studies in the repository."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package: those that its data needs, where it travels for that."""
        found = super().find_package_modules(package, package_dir)
        return [module for module in found if re.fullmatch(TRAVEL.get(package, r"\w+"), module[1])]


setup(
    long_description=long_description(),
    project_urls={
        "Changes": f"{source()}/blob/main/CHANGELOG.md",
        "Issues": f"{source()}/issues",
    },
    cmdclass={"build_py": BuildPy},
)
