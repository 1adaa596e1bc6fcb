"""Reads what was recorded from event files, without TensorBoard running and without TensorFlow."""

import os
from pathlib import Path

from keras_rnn_study.live_view.index import Line, line_of, short_names
from keras_rnn_study.live_view.packing import Frame, unpack_all
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.live_view.stored import EventFile, StoredFrames


def read_recording(log_dir: str | os.PathLike[str]) -> Recording:
    """Read all runs below a directory. A file that is still being written is read to its end.

    Args:
        log_dir: Directory that was given to the callbacks, or one above it.

    Returns:
        `Recording`; its runs have the shortest names that tell them apart. Its frames are read
        from the files when they are looked at.

    Raises:
        ValueError: There is no such directory, or nothing below it was recorded for the view.
    """
    return LogReader(log_dir).read()


def read_frames(log_dir: str | os.PathLike[str]) -> dict[tuple[str, str, str], list[Frame]]:
    """Read the frames of all runs below a directory, unpacked.

    Args:
        log_dir: As `read_recording` takes it.

    Returns:
        dict of (run, layer, part) to a list of `Frame`, in the order of training steps.
    """
    frames = read_recording(log_dir).frames
    return {
        key: [f for data in one.values() for f in unpack_all(data)] for key, one in frames.items()
    }


class LogReader:
    """Reads the runs below a directory; asked again, it reads only what has been added.

    Args:
        log_dir: As `read_recording` takes it.

    Raises:
        ValueError: There is no such directory.
    """

    def __init__(self, log_dir: str | os.PathLike[str]) -> None:
        is_path = isinstance(log_dir, str | os.PathLike)
        self._root = Path(log_dir if is_path else repr(type(log_dir)))
        self._files: dict[Path, EventFile] = {}
        if not is_path or not os.path.isdir(self._root):
            raise ValueError(
                f"There is no directory {str(self._root)!r}. Expected one that a training was "
                "recorded in, such as runs/demo. Give its path."
            )

    def read(self) -> Recording:
        """Return all that was recorded until now.

        Raises:
            ValueError: Nothing was recorded for the view.
        """
        paths = sorted(path for path in self._root.rglob("*tfevents*") if path.is_file())
        self._files = {path: self._files.get(path) or EventFile(path) for path in paths}
        names = short_names(sorted({self._run(path) for path in paths}))
        recording = Recording()
        for path, file in self._files.items():
            file.update()
            _add(recording, names[self._run(path)], file)
        if not recording.frames:
            raise ValueError(
                f"Below {str(self._root)!r} nothing was recorded for the view. Expected events of "
                "GradientFlow(log_dir, probe) or GateActivations(log_dir, probe). Train with one."
            )
        return recording

    def _run(self, path: Path) -> str:
        """Return the run that a file is of, with the root's own name in front."""
        return Path(self._root.resolve().name, path.parent.relative_to(self._root)).as_posix()


def _add(recording: Recording, run: str, file: EventFile) -> None:
    for place, frames in file.frames.items():
        key = (run, *place)
        before = recording.frames.get(key)
        # What a later file has of the same step counts.
        recording.frames[key] = before | frames if isinstance(before, StoredFrames) else frames
        recording.facts.setdefault(key, file.facts.get(place, b""))
    lines = recording.lines.setdefault(run, {})
    for name, values in file.lines.items():
        new = line_of(list(values), list(values.values()))
        old = lines.get(name, Line(steps=[], values=[]))
        lines[name] = Line(steps=old["steps"] + new["steps"], values=old["values"] + new["values"])
    if file.findings:
        recording.findings[run] = file.findings
