"""One event file, which ends with a whole record whatever happens."""

import contextlib
import itertools
import os
import socket
import time
import uuid
from collections.abc import Iterable

import tensorflow as tf

from keras_rnn_study.event_log.run_directory import is_local
from keras_rnn_study.event_log.tags import description_of, quantity_of
from keras_rnn_study.event_log.values import PLUGINS

DATA_CLASS_TENSOR = 2  # of TensorBoard's `DataClass`, which TensorFlow does not export
_RECORD = 16  # bytes that the format adds to a record: its length, and two checksums
_count = itertools.count()


class EventFile:
    """A file of its own: no other process, and no other object in this one, has its name.

    Written by TensorFlow's writer of records rather than by `tf.summary`, whose operations depend
    on what is active around them: default writers, conditions, name scopes and strategies; and
    for which each step is a constant that TensorFlow keeps for good.

    Args:
        run_dir: Directory, which exists.

    Raises:
        OSError, tf.errors.OpError: It cannot be created.
    """

    def __init__(self, run_dir: str) -> None:
        # TensorBoard reads the files of a run in the order of their names.
        name = (
            f"events.out.tfevents.{time.time():010.0f}.{socket.gethostname()}.{os.getpid()}"
            f".{next(_count):06d}.{uuid.uuid4().hex[:8]}.v2"
        )
        self._path = os.path.join(run_dir, name)
        self._described: set[str] = set()
        self._whole = 0  # bytes that are known to be on disk
        self._writer = tf.io.TFRecordWriter(self._path)
        self.write([tf.compat.v1.Event(wall_time=time.time(), file_version="brain.Event:2")])

    def is_there(self) -> bool:
        """Return whether the file can still be found; somebody may have deleted the directory."""
        return not is_local(self._path) or os.path.exists(self._path)

    def write(self, events: Iterable[tf.compat.v1.Event]) -> None:
        """Bring events to disk, all or none of them.

        Raises:
            OSError, tf.errors.OpError: There is no room, or whatever else the system says. Nothing
                more can be written then; what was written before is whole.
        """
        size = self._whole
        try:
            for event in events:
                self._describe(event)
                record = event.SerializeToString()
                self._writer.write(record)
                size += len(record) + _RECORD
            self._writer.flush()
        except BaseException:  # an interrupt too
            self._cut()
            raise
        self._whole = size

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    def _describe(self, event: tf.compat.v1.Event) -> None:
        """Add what TensorBoard shows beside a tag to the tag's first value in this file."""
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name:
                continue  # somebody else's, who said it
            if value.tag in self._described:
                value.ClearField("metadata")
                continue
            self._described.add(value.tag)
            kind = quantity_of(value.tag).kind
            value.metadata.plugin_data.plugin_name = PLUGINS[kind][0]
            value.metadata.summary_description = description_of(value.tag)
            if kind == "frame":  # the other kinds are TensorBoard's own, who knows theirs
                value.metadata.data_class = DATA_CLASS_TENSOR

    def _cut(self) -> None:
        """Take away what was written in part: a reader would stop there."""
        with contextlib.suppress(OSError, tf.errors.OpError):
            self._writer.close()
        if not is_local(self._path):
            return
        with contextlib.suppress(OSError):
            if self._whole:
                os.truncate(self._path, self._whole)
            else:
                os.remove(self._path)
