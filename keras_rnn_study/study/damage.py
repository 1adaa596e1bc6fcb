"""What cannot be read: told in one line, set aside under another name, never deleted."""

import os
import pathlib
import warnings

from keras_rnn_study.study.durable import move
from keras_rnn_study.study.plain_json import Unreadable


def contents_of(path: pathlib.Path) -> bytes | None:
    """Return what is in a file, or `None` if there is none.

    Raises:
        Unreadable: It is no file, or the system does not let us read it.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unreadable(str(error.strerror)) from None


def tell(path: pathlib.Path, damage: Unreadable, what_follows: str) -> None:
    """Warn in one line."""
    warnings.warn(f"{path} cannot be read: {damage}. {what_follows}", stacklevel=2)


def set_aside(path: pathlib.Path) -> pathlib.Path:
    """Rename a file or folder to a name that is free, and return that."""
    number = 1
    while os.path.lexists(new := path.with_name(f"{path.name}.damaged-{number}")):
        number += 1
    move(path, new)
    return new
