"""A directory's `study.json`: read, written, held against the study that was asked for."""

import pathlib

from keras_rnn_study.study.damage import contents_of, set_aside, tell
from keras_rnn_study.study.differences import check_same
from keras_rnn_study.study.durable import make_folder, write_file
from keras_rnn_study.study.grid import Study
from keras_rnn_study.study.plain_json import Unreadable, from_json, to_json

STUDY_FILE = "study.json"


def saved_study(path: pathlib.Path) -> Study | None:
    """Return the study that `study.json` says, or `None` if it is not there.

    Raises:
        Unreadable: It is damaged, or of a newer version.
    """
    contents = contents_of(path / STUDY_FILE)
    if contents is None:
        return None
    saved = from_json(contents)
    if not isinstance(saved, dict):
        raise Unreadable(f"it has {type(saved).__name__} where names and values belong")
    try:
        return Study(**saved)
    except (TypeError, ValueError) as error:
        raise Unreadable(f"this version does not understand it: {error}") from None


def keep_study(path: pathlib.Path, study: Study) -> None:
    """Write a study into its directory, or see that it is there.

    Raises:
        ValueError: The directory holds another study, or other files, or cannot be written.
    """
    try:
        make_folder(path)
        there = _usable_study(path)
        if there is None:
            write_file(path / STUDY_FILE, to_json(study.as_dict()))
    except OSError as error:
        raise ValueError(
            f"Cannot write to {str(path)!r}: {error.strerror}. Choose another directory."
        ) from None
    if there is not None:
        check_same(path, there, study)


def _usable_study(path: pathlib.Path) -> Study | None:
    """Return the study of a directory that is to be swept; a damaged one is set aside."""
    try:
        there = saved_study(path)
    except Unreadable as damage:
        tell(path / STUDY_FILE, damage, f"It is now {set_aside(path / STUDY_FILE).name}.")
        return None
    if there is None:
        _check_empty(path)
    return there


def _check_empty(path: pathlib.Path) -> None:
    others = [p.name for p in path.iterdir() if not p.name.startswith(".")]
    if others:
        raise ValueError(
            f"{str(path)!r} holds no study, but other files, such as {min(others)!r}. Expected a "
            "new directory, or one of this study. Choose another one."
        )
