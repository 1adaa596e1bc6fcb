"""Values on their way to disk: they wait there until they are written, however long that takes."""

import atexit
import collections
import threading
import time
import warnings

import tensorflow as tf
from google.protobuf.message import Message

from keras_rnn_study.event_log.event_file import EventFile
from keras_rnn_study.event_log.run_directory import RunDirectory

_LARGEST_BURST = 1000  # values held in memory before they are written without being asked
_MOST_WAITING = 64 * 2**20  # bytes of values that wait for room on the disk


class Burst:
    """Values not yet on disk, and the file for them. Safe for threads.

    Apart from `EventLog` so that `weakref.finalize` can write it when the log is gone.

    Args:
        directory: As `log_directory` returns it.
        training: What names the training; see `RunDirectory`.
    """

    def __init__(self, directory: str, training: object | None) -> None:
        self._run = RunDirectory(directory, training)
        self._file: EventFile | None = None
        self._waiting: collections.deque[tf.compat.v1.Event] = collections.deque()
        self._size = 0  # values since the last attempt to write
        self._has_complained = False
        self._lock = threading.RLock()

    def add(self, tag: str, tensor: Message, step: int, content: bytes = b"") -> None:
        """Add a value, and what its plugin wants to know; those of one step go into one event."""
        with self._lock:
            if not self._waiting or self._waiting[-1].step != step:
                self._waiting.append(tf.compat.v1.Event(wall_time=time.time(), step=step))
            value = self._waiting[-1].summary.value.add(tag=tag, tensor=tensor)
            if content:
                value.metadata.plugin_data.content = content
            self._count()

    def add_summary(self, summary: bytes, step: int) -> None:
        """Add what somebody else made, serialized."""
        event = tf.compat.v1.Event(wall_time=time.time(), step=step)
        event.summary.ParseFromString(summary)
        with self._lock:
            self._waiting.append(event)
            self._count()

    def flush(self) -> None:
        """Write what waits; if that is not possible, say so once and let it wait."""
        with self._lock:
            self._size = 0
            if not self._waiting:
                return
            try:
                self._opened().write(self._waiting)
            except (OSError, tf.errors.OpError) as error:
                self._file = None  # nothing goes behind what is perhaps torn
                self._keep_waiting(error)
            except BaseException:
                self._file = None
                raise
            else:
                self._run.wrote(int(self._waiting[-1].step))
                self._waiting.clear()
                self._has_complained = False

    def close(self) -> None:
        """Write what waits, and close the file; what cannot be written waits on."""
        with self._lock:
            self.flush()
            if self._file is not None:
                self._file.close()
            self._file = None
            (_unwritten.add if self._waiting else _unwritten.discard)(self)

    def _count(self) -> None:
        self._size += 1
        if self._size >= _LARGEST_BURST:
            self.flush()

    def _opened(self) -> EventFile:
        if self._file is not None and not self._file.is_there():
            self._file = None
            warnings.warn(
                f"{self._run} was deleted while training writes to it. What comes from now on "
                "is written there anew.",
                RuntimeWarning,
                stacklevel=5,
            )
        if self._file is None:
            self._file = EventFile(self._run.made(int(self._waiting[0].step)))
        return self._file

    def _keep_waiting(self, error: Exception) -> None:
        size = sum(event.ByteSize() for event in self._waiting)
        while size > _MOST_WAITING:
            size -= self._waiting.popleft().ByteSize()
        if self._has_complained:
            return
        self._has_complained = True
        warnings.warn(
            f"Events cannot be written to {self._run} ({error}). Training "
            "goes on, and `.history` has everything. The last 64 MiB of what is not on disk wait, "
            "and are written to a further file as soon as that is possible. Make room, or mend "
            "what the message says.",
            RuntimeWarning,
            stacklevel=4,
        )


_unwritten: set[Burst] = set()  # closed, but with values that could not be written


def write_unwritten() -> None:
    """Try once more to write what could not be written when its log was closed."""
    for burst in list(_unwritten):
        burst.close()


atexit.register(write_unwritten)
