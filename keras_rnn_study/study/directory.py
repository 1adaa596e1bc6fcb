"""A study's directory: one folder for each finished run, which is there whole or not at all.

    runs/gaps/
        study.json                            what is run
        recall-lstm-chrono-gap-100-seed-0/
            run.json                          configuration, protocol, versions, result, seconds
            history.npz                       what was recorded at each check
            rnn/events.out.tfevents...        the same for TensorBoard

Only the process that sweeps writes here, one at a time.
"""

import contextlib
import dataclasses
import io
import json
import os
import pathlib
import re
import shutil
import uuid

import numpy as np

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.grid import from_dict, settings

_STUDY, _RUN, _HISTORY = "study.json", "run.json", "history.npz"
_UNFINISHED = ".unfinished-"
_USUAL = {field.name: field.default for field in dataclasses.fields(Run)}


class StudyDirectory:
    """The finished runs of a study, on disk.

    Args:
        path: Of a directory that `sweep` made.

    Attributes:
        path: `pathlib.Path`.
        study: `Study`.

    Raises:
        ValueError: There is no study.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            saved = json.loads((self.path / _STUDY).read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            raise ValueError(
                f"{str(path)!r} holds no study: there is no readable {_STUDY}. Expected a "
                "directory that `keras-rnn-study sweep --out` or `sweep` made."
            ) from None
        self.study = from_dict(saved)

    @staticmethod
    def is_at(path):
        """Whether a directory holds a study."""
        return (pathlib.Path(path) / _STUDY).exists()

    @classmethod
    def create(cls, path, study):
        """Opens the directory of a study, which is made if it is not there.

        Raises:
            ValueError: It holds another study, or other files, or cannot be written.
        """
        path = pathlib.Path(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not cls.is_at(path):
                _check_empty(path)
                _write_whole(path / _STUDY, _as_json(study.as_dict()))
        except OSError as error:
            raise ValueError(
                f"Cannot write to {str(path)!r}: {error.strerror}. Choose another directory."
            ) from None
        directory = cls(path)
        _check_same(path, directory.study.as_dict(), json.loads(_as_json(study.as_dict())))
        return directory

    @contextlib.contextmanager
    def locked(self):
        """Keeps other sweeps out; what a killed one left unfinished is removed.

        Raises:
            ValueError: Another sweep is running here.
        """
        import filelock

        lock = filelock.FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise ValueError(
                f"Another sweep is running in {str(self.path)!r}. Wait for it, or choose another "
                "directory."
            ) from None
        try:
            for left in self.path.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left)
            yield
        finally:
            lock.release()

    def add(self, run, files):
        """Writes one finished run, whole or not at all.

        Args:
            run: The `Run`; an earlier result of it is replaced.
            files: dict of relative path to bytes.
        """
        unfinished = self.path / f"{_UNFINISHED}{uuid.uuid4().hex}"
        for name, contents in files.items():
            path = unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as file:
                file.write(contents)
                file.flush()
                os.fsync(file.fileno())
        final = self.run_path(run)
        if final.exists():
            os.replace(final, self.path / f"{_UNFINISHED}{uuid.uuid4().hex}")
        os.replace(unfinished, final)

    def results(self):
        """List of `Result` of the runs that are there, in the order of the grid."""
        return [self.result(run) for run in self.study.runs() if self.has(run)]

    def result(self, run):
        """The `Result` of a run that is there."""
        return result_from_dict(self._saved(run)["result"], run)

    def has(self, run):
        """Whether a run is there."""
        return (self.run_path(run) / _RUN).exists()

    def history(self, run):
        """dict of arrays: what was recorded at each check; empty if the run has none."""
        try:
            with np.load(self.run_path(run) / _HISTORY) as arrays:
                return dict(arrays)
        except OSError:
            return {}

    def seconds(self, run):
        """dict of str to float: what a run's time went to."""
        return self._saved(run)["seconds"]

    def versions(self):
        """dict of str: with what the runs were made; several versions are joined by commas."""
        seen = {}
        for run in self.study.runs():
            if self.has(run):
                for name, version in self._saved(run)["versions"].items():
                    seen.setdefault(name, {})[version] = None
        return {name: ", ".join(versions) for name, versions in seen.items()}

    def run_path(self, run):
        """Where a run is, or will be."""
        return self.path / directory_name(run)

    def _saved(self, run):
        return json.loads((self.run_path(run) / _RUN).read_text(encoding="utf-8"))


def directory_name(run):
    """What a run is called, on disk and in TensorBoard: all that is not usual about it.

    Example:

    >>> directory_name(Run("recall", "lstm", gap=100, init="chrono", units=64))
    'recall-lstm-chrono-gap-100-units-64-seed-0'
    """
    values = settings(run)
    parts = [values.pop("task"), values.pop("cell"), values.pop("init")]
    seed = values.pop("seed")
    unusual = {name: value for name, value in values.items() if value != _USUAL.get(name)}
    parts += [f"{name}-{value}" for name, value in {**unusual, "seed": seed}.items()]
    return re.sub(r"[^\w.-]", "_", "-".join(parts))


def files_of(run, result, *, protocol, versions=None, seconds=None, history=None):
    """What `StudyDirectory.add` writes for a run, besides events: dict of name to bytes."""
    saved = {
        "run": dataclasses.asdict(run),
        "protocol": dataclasses.asdict(protocol),
        "versions": versions or {},
        "result": result_as_dict(result),
        "seconds": {name: round(value, 3) for name, value in (seconds or {}).items()},
    }
    files = {_RUN: _as_json(saved)}
    if history:
        arrays = io.BytesIO()
        np.savez_compressed(arrays, **history)
        files[_HISTORY] = arrays.getvalue()
    return files


def result_as_dict(result):
    """A `Result` without its run, as JSON can hold it."""
    values = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    del values["run"]
    return values


def result_from_dict(saved, run):
    """The `Result` of what `result_as_dict` gave."""
    values = {n: tuple(v) if isinstance(v, list) else v for n, v in saved.items()}
    return Result(run=run, **values)


def _as_json(value):
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _write_whole(path, contents):
    beside = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    beside.write_bytes(contents)
    os.replace(beside, path)


def _check_empty(path):
    others = [p.name for p in path.iterdir() if not p.name.startswith(".")]
    if others:
        raise ValueError(
            f"{str(path)!r} holds no study, but other files, such as {min(others)!r}. Expected a "
            "new directory, or one of this study. Choose another one."
        )


def _check_same(path, there, received):
    if there == received:
        return
    lines = [
        f"  {name}: {old} there, {new} received" for name, old, new in _differences(there, received)
    ]
    raise ValueError(
        f"{str(path)!r} holds another study:\n"
        + "\n".join(lines)
        + "\nTo go on with that one, ask for the same again; else choose another directory."
    )


def _differences(there, received):
    """(name, old, new) of all that differs, in flat names."""
    there, received = _flat(there), _flat(received)
    for name in dict.fromkeys([*there, *received]):
        old, new = there.get(name, "nothing"), received.get(name, "nothing")
        if old != new:
            yield name, old, new


def _flat(saved):
    grids = saved["grids"]
    flat = {name: value for name, value in saved.items() if name != "grids"}
    for number, grid in enumerate(grids, 1):
        prefix = f"grid {number}: " if len(grids) > 1 else ""
        flat |= {prefix + name: values for name, values in grid.items()}
    return flat
