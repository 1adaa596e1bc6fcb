"""A virtual environment with the wheel and what the wheel asks for, and nothing else.

Nothing is downloaded: packages are the files of the environment that runs the tests, linked. So
pip finds all that the wheel asks for, and what setup.cfg forgets to ask for is not there.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def install(wheel: Path, folder: Path) -> Path:
    """Make the environment in the folder, and return where its programs are."""
    venv.create(folder, symlinks=os.name == "posix")
    paths = sysconfig.get_paths("venv", vars={"base": str(folder), "platbase": str(folder)})
    (described,) = importlib.metadata.distributions(path=[str(wheel)])
    for distribution in needed(described.requires or ()):
        _link(distribution, Path(paths["purelib"]))
    pip = [sys.executable, "-m", "pip", f"--python={folder}", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "install", "--no-index", str(wheel)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(paths["scripts"])


def needed(requirements: Iterable[str]) -> list[Distribution]:
    """Return what is asked for, and what that asks for in its turn."""
    found: dict[str, Distribution] = {}
    pending = [Requirement(line) for line in requirements]
    while pending:
        asked = pending.pop()
        name = canonicalize_name(asked.name)
        if name in found or (asked.marker and not asked.marker.evaluate({"extra": ""})):
            continue
        found[name] = importlib.metadata.distribution(name)
        pending += [Requirement(line) for line in found[name].requires or ()]
    return list(found.values())


def _link(distribution: Distribution, target: Path) -> None:
    for file in distribution.files or ():
        source, place = Path(str(distribution.locate_file(file))), target / file
        if ".." in file.parts or not source.exists():  # a program, or compiled code that is gone
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, place)
        except OSError:  # on another disk
            shutil.copy(source, place)
