"""What one event file holds for the view. Frames stay on disk until they are looked at."""

import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from keras_rnn_study.live_view import findings
from keras_rnn_study.live_view.index import line_name, split_tag


class StoredFrames(Mapping[int, bytes]):
    """Training step to packed frame, read when it is asked for; a frame that is gone is empty.

    Args:
        tag: Of the frames.
        places: Training step to file, and where in it the frame's event lies: first byte, length.
    """

    def __init__(self, tag: str, places: dict[int, tuple[Path, int, int]]) -> None:
        self._tag, self._places = tag, places

    def add(self, step: int, path: Path, at: int, length: int) -> None:
        """Note where the event of a frame lies."""
        self._places[step] = (path, at, length)

    def __or__(self, later: "StoredFrames") -> "StoredFrames":
        """Return the frames of both; of the same step the later ones."""
        return StoredFrames(self._tag, self._places | later._places)

    def __getitem__(self, step: int) -> bytes:
        """Return one frame."""
        path, at, length = self._places[step]
        try:
            with path.open("rb") as stream:
                stream.seek(at)
                event = Event.FromString(stream.read(length))
        except (OSError, DecodeError):  # deleted or cut since
            return b""
        found = (value for value in event.summary.value if value.tag == self._tag)
        return b"".join(array_of(value).tobytes() for value in found)

    def __iter__(self) -> Iterator[int]:
        """Iterate over the training steps, in the order of the file."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._places)


class EventFile:
    """An event file that may be growing.

    Attributes:
        facts: (layer, part) to the facts beside its first frame.
        frames: (layer, part) to its frames.
        lines: Name of a line to training step to value.
        findings: Of the last diagnosis.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._forget()

    def _forget(self) -> None:
        self._position = 0
        self.facts: dict[tuple[str, str], bytes] = {}
        self.frames: dict[tuple[str, str], StoredFrames] = {}
        self.lines: dict[str, dict[int, float]] = {}
        self.findings: list[findings.Finding] = []

    def update(self) -> None:
        """Read what has been added; what is cut, or is no event, ends it.

        A record is its length (uint64), a checksum of that, the bytes, and a checksum of them.
        These are not compared: TensorBoard's own reader in Python takes seconds for a megabyte.
        """
        if os.path.getsize(self._path) < self._position:  # another file of the same name
            self._forget()
        with self._path.open("rb") as stream:
            stream.seek(self._position)
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
                    self._add(event.step, value, self._position + 12, length)
                self._position += 12 + length + 4

    def _add(self, step: int, value: Summary.Value, at: int, length: int) -> None:
        if name := line_name(value.tag):
            self.lines.setdefault(name, {})[step] = float(array_of(value))
        elif value.tag == findings.TAG:
            self.findings = findings.read_findings(array_of(value).tobytes())
        elif place := split_tag(value.tag):
            if content := value.metadata.plugin_data.content:
                self.facts.setdefault(place, content)
            frames = self.frames.setdefault(place, StoredFrames(value.tag, {}))
            frames.add(step, self._path, at, length)


def array_of(value: Summary.Value) -> np.ndarray:
    """Return the array of an event's value."""
    return np.asarray(make_ndarray(value.tensor))
