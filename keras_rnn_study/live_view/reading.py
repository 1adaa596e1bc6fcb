"""Reads frames back from event files, without TensorBoard running and without TensorFlow."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from keras_rnn_study.live_view.index import Norms, norms_of, short_names, split_tag
from keras_rnn_study.live_view.packing import Frame, unpack_all
from keras_rnn_study.live_view.recording import Recording

_NORM = "gradient_norm/global"


def read_recording(log_dir: str | os.PathLike[str]) -> Recording:
    """Read all runs below a directory. A file that is still being written is read to its end.

    Args:
        log_dir: Directory that was given to the callbacks, or one above it.

    Returns:
        `Recording`; its runs have the shortest names that tell them apart.

    Raises:
        ValueError: There is no such directory, or nothing below it was recorded for the view.
    """
    is_path = isinstance(log_dir, str | os.PathLike)
    root = Path(log_dir if is_path else repr(type(log_dir)))
    if not is_path or not os.path.isdir(root):
        raise ValueError(
            f"There is no directory {str(root)!r}. Expected one that a training was recorded "
            "in, such as runs/demo. Give its path."
        )
    files = sorted(root.rglob("*tfevents*"))
    names = short_names(sorted({_run(root, file) for file in files}))
    recording = Recording()
    for file in files:
        _read_file(file, names[_run(root, file)], recording)
    if not recording.frames:
        raise ValueError(
            f"Below {str(log_dir)!r} nothing was recorded for the view. Expected events of "
            "GradientFlow(log_dir, probe) or GateActivations(log_dir, probe). Train with one."
        )
    return recording


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


def _run(root: Path, file: Path) -> str:
    """Return the run that a file is of, with the root's own name in front."""
    return Path(root.resolve().name, file.parent.relative_to(root)).as_posix()


def _read_file(file: Path, run: str, recording: Recording) -> None:
    steps: list[int] = []
    values: list[float] = []
    for step, value in _values(file):
        if value.tag == _NORM:
            steps.append(step)
            values.append(float(_array(value)))
        elif place := split_tag(value.tag):
            key = (run, *place)
            content = value.metadata.plugin_data.content
            if content:
                recording.facts.setdefault(key, content)
            recording.frames.setdefault(key, {})[step] = _array(value).tobytes()
    if steps:
        before = recording.norms.get(run, Norms(steps=[], values=[]))
        new = norms_of(steps, values)
        recording.norms[run] = Norms(
            steps=before["steps"] + new["steps"], values=before["values"] + new["values"]
        )


def _values(file: Path) -> Iterator[tuple[int, Summary.Value]]:
    """Yield (step, value) of an event file, up to where it is cut or no event follows.

    A record is its length (uint64), a checksum of that, the bytes, and a checksum of them. These
    are not compared: TensorBoard's own reader in Python takes seconds for a megabyte.
    """
    with file.open("rb") as stream:
        while len(head := stream.read(12)) == 12:
            (length,) = struct.unpack("<Q", head[:8])
            record = stream.read(length + 4)
            if len(record) < length + 4:
                return
            try:
                event = Event.FromString(record[:length])
            except DecodeError:
                return
            for value in event.summary.value:
                yield event.step, value


def _array(value: Summary.Value) -> np.ndarray:
    return np.asarray(make_ndarray(value.tensor))
