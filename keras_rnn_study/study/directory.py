"""A study's directory: one folder for each finished run, which is there whole or not at all.

    runs/gaps/
        study.json                            what is run
        lstm-chrono-100-s0-recall/
            run.json                          configuration, protocol, versions, result, seconds
            history.npz                       what was recorded at each check
            rnn/events.out.tfevents...        the same for TensorBoard

Only the process that sweeps writes here, one at a time. What cannot be read counts as not there.
Who reads is told so; who sweeps sets it aside, as NAME.damaged-1, and runs it again.
"""

import contextlib
import os
import pathlib
from collections.abc import Iterator, Mapping

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.damage import set_aside, tell
from keras_rnn_study.study.durable import as_path, remove_unfinished, write_folder
from keras_rnn_study.study.grid import Study
from keras_rnn_study.study.naming import directory_name
from keras_rnn_study.study.plain_json import Unreadable
from keras_rnn_study.study.record import HISTORY_FILE, RUN_FILE, History, Record
from keras_rnn_study.study.recovered import recovered_study
from keras_rnn_study.study.run_folder import check_whole, history_in, record_in, records_in
from keras_rnn_study.study.saved_study import STUDY_FILE, keep_study, saved_study


class StudyDirectory:
    """The finished runs of a study, on disk.

    Args:
        path: Of a directory that `sweep` made.

    Attributes:
        path: `pathlib.Path`.
        study: `Study`; where `study.json` is damaged, as much of it as the finished runs tell.

    Raises:
        ValueError: There is no study.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = as_path(path)
        self._told: set[pathlib.Path] = set()
        self.study = self._read_study()

    @staticmethod
    def is_at(path: str | os.PathLike[str]) -> bool:
        """Return whether a directory holds a study that can be read."""
        try:
            return saved_study(as_path(path)) is not None
        except Unreadable:
            return False

    @classmethod
    def create(cls, path: str | os.PathLike[str], study: Study) -> "StudyDirectory":
        """Open the directory of a study, which is made if it is not there.

        Raises:
            ValueError: It holds another study, or other files, or cannot be written.
        """
        path = as_path(path)
        keep_study(path, study)
        return cls(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other sweeps out, and begin with runs that are whole.

        What a killed sweep left unfinished is removed; what cannot be read is set aside.

        Raises:
            ValueError: Another sweep is running here, or the directory cannot be written.
        """
        import filelock

        path = self.path / ".lock"
        try:
            if path.is_dir():
                tell(path, Unreadable("it is a folder"), f"It is now {set_aside(path).name}.")
            lock = filelock.FileLock(path)
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise ValueError(
                f"Another sweep is running in {str(self.path)!r}. Wait for it, or choose another "
                "directory."
            ) from None
        except OSError as error:
            raise ValueError(
                f"Cannot lock {str(self.path)!r}: {error.strerror}. Choose another directory."
            ) from None
        try:
            remove_unfinished(self.path)
            for run in self.study.runs():
                self._set_aside_damaged(run)
            yield
        finally:
            lock.release()

    def add(self, run: Run, files: Mapping[str, bytes]) -> None:
        """Write one finished run, whole or not at all.

        Args:
            run: The `Run`; an earlier result of it is replaced.
            files: Relative path to contents, as `files_of` gives them.

        Raises:
            ValueError: It cannot be written.
        """
        try:
            write_folder(self.run_path(run), files)
        except OSError as error:
            raise ValueError(
                f"Cannot write {str(self.run_path(run))!r}: {error.strerror}. Finished runs are "
                "there; make room, and give the same command again: it goes on where it was."
            ) from None

    def results(self) -> list[Result]:
        """Return what the runs that are there came to, in the order of the grid."""
        return [record.result for record in self._records()]

    def result(self, run: Run) -> Result:
        """Return what a run came to.

        Raises:
            ValueError: It is not there.
        """
        record = self._record(run)
        if record is None:
            raise ValueError(
                f"{str(self.path)!r} has no finished run {directory_name(run)!r}. Run the sweep "
                "first, or ask `has`."
            )
        return record.result

    def has(self, run: Run) -> bool:
        """Return whether a run is there."""
        return self._record(run) is not None

    def history(self, run: Run) -> History:
        """Return what was recorded at each check; nothing if the run has none."""
        path = self.run_path(run)
        try:
            return history_in(path)
        except Unreadable as damage:
            self._tell(path / HISTORY_FILE, damage, "It counts as not there.")
            return {}

    def seconds(self, run: Run) -> dict[str, float]:
        """Return what a run's time went to; nothing if the run is not there."""
        record = self._record(run)
        return {} if record is None else record.seconds

    def versions(self) -> dict[str, str]:
        """Return with what the runs were made; several versions are joined by commas."""
        seen: dict[str, dict[str, None]] = {}
        for record in self._records():
            for name, version in record.versions.items():
                seen.setdefault(name, {})[version] = None
        return {name: ", ".join(versions) for name, versions in seen.items()}

    def run_path(self, run: Run) -> pathlib.Path:
        """Return where a run is, or will be."""
        return self.path / directory_name(run)

    def _records(self) -> list[Record]:
        found = [self._record(run) for run in self.study.runs()]
        return [record for record in found if record is not None]

    def _record(self, run: Run) -> Record | None:
        path = self.run_path(run)
        try:
            return record_in(path)
        except Unreadable as damage:
            self._tell(
                path / RUN_FILE, damage, "The run counts as not there; the sweep runs it again."
            )
            return None

    def _set_aside_damaged(self, run: Run) -> None:
        path = self.run_path(run)
        if not os.path.lexists(path):
            return
        try:
            check_whole(path)
        except Unreadable as damage:
            tell(path, damage, f"It is now {set_aside(path).name}, and the run is run again.")

    def _read_study(self) -> Study:
        damage: Unreadable | None = None
        try:
            study = saved_study(self.path)
        except Unreadable as error:
            damage, study = error, recovered_study(records_in(self.path))
        if study is None:
            raise ValueError(
                f"{str(self.path)!r} holds no study: there is no readable {STUDY_FILE}. Expected a "
                "directory that `keras-rnn-study sweep --out` or `sweep` made."
            )
        if damage is not None:
            follows = "The finished runs tell what is known; the sweep's command writes it anew."
            self._tell(self.path / STUDY_FILE, damage, follows)
        return study

    def _tell(self, path: pathlib.Path, damage: Unreadable, what_follows: str) -> None:
        """Warn once."""
        if path not in self._told:
            self._told.add(path)
            tell(path, damage, what_follows)
