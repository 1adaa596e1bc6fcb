"""Files and folders that are there whole or not at all, also after a power cut.

A rename promises that a name stands for something whole. A machine that stops keeps the promise
only if what is named was on the disk before (`fsync` of each file), and the name is there only
after its folder was, too (`fsync` of the folder).
"""

import errno
import os
import pathlib
import shutil
import uuid
from collections.abc import Mapping

from keras_rnn_study.arguments import shown

_UNFINISHED = ".unfinished-"

_LONGEST, _LONGEST_NAME = 4096, 255  # characters of a path and of one name in it


def as_path(given: str | os.PathLike[str]) -> pathlib.Path:
    """Return a path.

    Raises:
        ValueError: It is not a path.
    """
    path = os.fspath(given) if isinstance(given, str | os.PathLike) else None
    is_path = isinstance(path, str) and bool(path) and "\0" not in path
    if (
        not is_path
        or len(path) > _LONGEST
        or max(map(len, pathlib.Path(path).parts), default=0) > _LONGEST_NAME
    ):
        raise ValueError(
            f"A path was expected, but {shown(given)} was given. Pass, for example, 'runs/gaps'."
        )
    return pathlib.Path(path)


def write_file(path: str | os.PathLike[str], contents: bytes | str) -> None:
    """Write a file, in the place of an earlier one.

    Args:
        path: Of the file; its folder is there.
        contents: A str is encoded as UTF-8.

    Raises:
        OSError: It cannot be written; an earlier file is as it was.
    """
    path = pathlib.Path(path)
    beside = path.with_name(f".{uuid.uuid4().hex}")
    try:
        _write(beside, contents.encode() if isinstance(contents, str) else contents)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_folder(path: pathlib.Path, files: Mapping[str, bytes]) -> None:
    """Write a folder with all its files, in the place of an earlier one.

    Args:
        path: Of the folder; the one around it is there.
        files: Relative path to contents.

    Raises:
        OSError: It cannot be written; an earlier one is as it was.
    """
    unfinished = _unfinished(path)
    for name, contents in files.items():
        file = unfinished / name
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, contents)
    for folder, _, _ in os.walk(unfinished, topdown=False):
        sync_folder(folder)
    if os.path.lexists(path):
        os.replace(path, _unfinished(path))
    move(unfinished, path)


def remove_unfinished(path: pathlib.Path) -> None:
    """Remove what a killed process left in a folder; other people's files and links stay."""
    for left in path.glob(f"{_UNFINISHED}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


def move(old: pathlib.Path, new: pathlib.Path) -> None:
    """Rename a file or folder within its folder, for good."""
    os.replace(old, new)
    sync_folder(new.parent)


def make_folder(path: pathlib.Path) -> None:
    """Make a folder, and those around it, unless they are there."""
    if not path.is_dir():
        if path.parent != path:
            make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: str | os.PathLike[str]) -> None:
    """Wait until the disk has the names in a folder."""
    if os.name == "nt":
        return  # where a folder cannot be opened
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that has nothing to wait for
            raise
    finally:
        os.close(number)


def _write(path: pathlib.Path, contents: bytes) -> None:
    with open(path, "wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


def _unfinished(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(f"{_UNFINISHED}{uuid.uuid4().hex}")
