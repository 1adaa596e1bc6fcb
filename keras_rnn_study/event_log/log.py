"""Writes measured values to TensorBoard event files."""

import os
import threading
import weakref

import numpy as np
import tensorflow as tf

from keras_rnn_study.event_log.burst import Burst, write_unwritten
from keras_rnn_study.event_log.run_directory import log_directory
from keras_rnn_study.event_log.tags import quantity_of
from keras_rnn_study.event_log.values import PLUGINS, Packed

# (directory, id of the training) -> EventLog; a log holds its training, so that an id is no other's
_opened: weakref.WeakValueDictionary[tuple[str, int], "EventLog"] = weakref.WeakValueDictionary()
_opening = threading.RLock()  # the garbage collector may close a log within `open`


class EventLog:
    """The event file of one run, shared by everyone who logs the same training.

    Values are held in memory and written together by `flush`, `close` or when the last holder of
    the log drops it (at the interpreter's end too), so call `flush` after each burst of values:
    what was flushed is on disk whatever happens next. Writing is independent of what is active
    around it: default writers, `tf.summary.record_if`, default steps, name scopes and distribution
    strategies, all of which it leaves as they are. Any thread may write.

    Where the disk is full, or the directory is gone, training goes on with one warning; see
    `burst.py`.

    Use `EventLog.open`, not the constructor.

    Example:

    >>> import tempfile
    >>> log_dir = tempfile.mkdtemp()
    >>> log = EventLog.open(log_dir)
    >>> log.add("gradient_norm/global", 0.25, step=0)
    >>> log.flush()
    >>> [name.split(".")[2] for name in os.listdir(f"{log_dir}/rnn")]
    ['tfevents']
    """

    @classmethod
    def open(cls, log_dir: str | os.PathLike, training: object | None = None) -> "EventLog":
        """Return the log of a training; the same object for as long as anyone holds it.

        Args:
            log_dir: Path of a directory, local or any that `tf.io.gfile` knows. It is created.
            training: What names the training: its model. Trainings that share a directory get a run
                each; see `RunDirectory`. `None`: the run `rnn`.

        Raises:
            ValueError: `log_dir` is not a path or cannot be written to.
        """
        directory = log_directory(log_dir)
        write_unwritten()
        with _opening:
            log = _opened.get((directory, id(training)))
            if log is None:
                log = _opened[directory, id(training)] = cls(directory, training)
            return log

    def __init__(self, directory: str, training: object | None) -> None:
        self._training = training
        self._burst = Burst(directory, training)
        weakref.finalize(self, self._burst.close)

    def add(self, tag: str, value: float | np.ndarray | Packed | str, step: int) -> None:
        """Add one value; what it has to be is told by the tag's kind.

        Args:
            tag: A tag as `tags.tag` makes it.
            value: Scalar: a number, stored as float32, NaN and infinity too. Histogram: array
                (buckets, 3): left edge, right edge, count, as `measures.histogram` makes it; left
                out where all counts are 0. Image: uint8 array (height, width, 3), as `pictures`
                makes it. Frame: `values.Packed`. Text: str, Markdown.
            step: The optimizer's iteration.

        Raises:
            ValueError: The tag's quantity is unknown, or a picture has another dtype or shape.
        """
        _, tensor_of = PLUGINS[quantity_of(tag).kind]
        tensor = tensor_of(value)
        if tensor is not None:
            content = value.facts if isinstance(value, Packed) else b""
            self._burst.add(tag, tensor, int(step), content)

    def summary(self, summary: tf.compat.v1.Summary, step: int) -> None:
        """Add what another TensorBoard plugin made, such as hyperparameters.

        Args:
            summary: TensorBoard's `Summary` message.
            step: The step that it belongs to.
        """
        self._burst.add_summary(summary.SerializeToString(), step)

    def flush(self) -> None:
        """Write to disk all that was added so far."""
        self._burst.flush()

    def close(self) -> None:
        """Flush and close the file. Adding more opens a further file in the same directory."""
        self._burst.close()
