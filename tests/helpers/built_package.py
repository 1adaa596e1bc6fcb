"""The sdist and the wheel, built from what is committed or would be."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked_files() -> list[Path]:
    """Files that are committed, or would be."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-coz", "--exclude-standard"]
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]


def build(folder: Path, kinds: Sequence[str] = ("sdist", "wheel")) -> Path:
    """Build into the folder and return it; from a copy, as building leaves folders behind."""
    with tempfile.TemporaryDirectory() as copy:
        for path in tracked_files():
            copied = Path(copy, path.relative_to(ROOT))
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copied)
        for kind in kinds:
            code = f"from setuptools import build_meta; build_meta.build_{kind}({str(folder)!r})"
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=copy, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
    return folder
