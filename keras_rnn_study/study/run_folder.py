"""The folder of one finished run: read whole, or told what is wrong with it."""

import contextlib
import pathlib

from keras_rnn_study.study.damage import contents_of
from keras_rnn_study.study.naming import directory_name
from keras_rnn_study.study.plain_json import Unreadable
from keras_rnn_study.study.record import (
    HISTORY_FILE,
    RUN_FILE,
    History,
    Record,
    read_history,
    read_record,
)


def record_in(folder: pathlib.Path) -> Record | None:
    """Return what a run's `run.json` says, or `None` if it is not there.

    Raises:
        Unreadable: It is damaged, of a newer version, or another run's.
    """
    contents = contents_of(folder / RUN_FILE)
    if contents is None:
        return None
    record = read_record(contents)
    if (own := directory_name(record.result.run)) != folder.name:
        raise Unreadable(f"it is that of {own}")
    return record


def history_in(folder: pathlib.Path) -> History:
    """Return what was recorded at each check; nothing if the run has none.

    Raises:
        Unreadable: It is damaged.
    """
    contents = contents_of(folder / HISTORY_FILE)
    return {} if contents is None else read_history(contents)


def check_whole(folder: pathlib.Path) -> None:
    """See that all of a run can be read.

    Raises:
        Unreadable: Something cannot.
    """
    if record_in(folder) is None:
        raise Unreadable(f"it has no {RUN_FILE}")
    history_in(folder)


def records_in(directory: pathlib.Path) -> list[Record]:
    """Return what all folders of a directory say that can be read."""
    found = []
    for path in sorted(directory.glob(f"*/{RUN_FILE}")):
        with contextlib.suppress(Unreadable):
            record = record_in(path.parent)
            found += [] if record is None else [record]
    return found
