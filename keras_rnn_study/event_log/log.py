"""Writes measured values to TensorBoard event files. The only module that touches `tf.summary`."""

import collections
import os
import uuid
import weakref

import numpy as np
import tensorflow as tf

from keras_rnn_study.event_log import tags, values

RUN_NAME = "rnn"

_LARGEST_BURST = 1000  # values held in memory before they are written without being asked
_opened = weakref.WeakValueDictionary()  # run_dir -> EventLog


class EventLog:
    """The event file of one run, shared by everyone who logs to the same directory.

    Values are held in memory and written together by `flush`, `close` or when the last holder of
    the log drops it (at the interpreter's end too), so call `flush` after each burst of values:
    what was flushed is on disk whatever happens next. Writing is independent of what is active
    around it: default writers, `tf.summary.record_if`, default steps, name scopes and distribution
    strategies, all of which it leaves as they are.

    Use `EventLog.open`, not the constructor.

    Attributes:
        run_dir: str, the directory of the event files, `<log_dir>/rnn`.

    Example:

    >>> import tempfile
    >>> log = EventLog.open(tempfile.mkdtemp())
    >>> log.scalar("gradient_norm/global", 0.25, step=0)
    >>> log.flush()
    >>> [name.split(".")[2] for name in os.listdir(log.run_dir)]
    ['tfevents']
    """

    @classmethod
    def open(cls, log_dir):
        """The log of a directory; the same object for as long as anyone holds it.

        Args:
            log_dir: path of a directory, local or any that `tf.io.gfile` knows. It is created.

        Returns:
            `EventLog`.

        Raises:
            ValueError: if `log_dir` is not a path or cannot be written to.
        """
        run_dir = _run_directory(log_dir)
        _check_writable(run_dir)
        log = _opened.get(run_dir)
        if log is None:
            log = _opened[run_dir] = cls(run_dir)
        return log

    def __init__(self, run_dir):
        self.run_dir = run_dir
        self._burst = _Burst(run_dir)
        weakref.finalize(self, self._burst.close)

    def scalar(self, tag, value, step):
        """Adds one number.

        Args:
            tag: str as `tags.tag` makes it.
            value: number, stored as float32. NaN and infinity are kept.
            step: int, the optimizer's iteration.

        Raises:
            ValueError: if the tag's kind has no description.
        """
        self._burst.add("scalars", tag, values.scalar(value), step)

    def histogram(self, tag, buckets, step):
        """Adds the distribution of some values; nothing is written where there were none.

        Args:
            tag: str as `tags.tag` makes it.
            buckets: array of shape `(buckets, 3)`: left edge, right edge, count, as
                `measures.histogram` makes it.
            step: int, the optimizer's iteration.

        Raises:
            ValueError: if the tag's kind has no description.
        """
        if np.sum(buckets, axis=0)[2] > 0:
            self._burst.add("histograms", tag, values.histogram(buckets), step)

    def image(self, tag, rgb, step):
        """Adds one picture.

        Args:
            tag: str as `tags.tag` makes it.
            rgb: uint8 array of shape `(height, width, 3)`, as `pictures` makes it.
            step: int, the optimizer's iteration.

        Raises:
            ValueError: if `rgb` has another dtype or shape, or the tag's kind has no description.
        """
        self._burst.add("images", tag, values.image(rgb), step)

    def summary(self, summary, step):
        """Adds what another TensorBoard plugin made, such as hyperparameters.

        Args:
            summary: TensorBoard's `Summary` message.
            step: int.
        """
        self._burst.add_summary(summary.SerializeToString(), step)

    def flush(self):
        """Writes to disk all that was added so far."""
        self._burst.flush()

    def close(self):
        """Flushes and closes the file. Adding more opens a further file in the same directory."""
        self._burst.close()


class _Burst:
    """Values on their way to the file; outlives the log by one flush, so it is an object apart."""

    def __init__(self, run_dir):
        self._run_dir = run_dir
        self._writer = None
        self._pending = collections.deque()  # (step, summary) in the order of adding
        self._described = set()
        self._size = 0

    def add(self, plugin, tag, tensor, step):
        step, description = int(step), tags.description(tag)
        if not self._pending or self._pending[-1][0] != step:
            self._pending.append((step, tf.compat.v1.Summary()))
        value = self._pending[-1][1].value.add(tag=tag, tensor=tensor)
        if tag not in self._described:  # TensorBoard keeps the first value's metadata for all
            value.metadata.plugin_data.plugin_name = plugin
            value.metadata.summary_description = description
            self._described.add(tag)
        self._size += 1
        if self._size >= _LARGEST_BURST:
            self.flush()

    def add_summary(self, serialized, step):
        self._pending.append((int(step), tf.compat.v1.Summary.FromString(serialized)))
        self._size += 1

    def flush(self):
        if not self._pending:
            return
        # The garbage collector may call this while a graph is being traced.
        with tf.init_scope():
            self._write_pending()

    def _write_pending(self):
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(self._run_dir, max_queue=_LARGEST_BURST)
        # During fit, Keras' TensorBoard callback has a default writer and a condition of its own.
        with tf.device("cpu:0"), self._writer.as_default(), tf.summary.record_if(True):
            while self._pending:  # one by one, so that an interrupt here loses none
                step, summary = self._pending[0]
                tf.summary.experimental.write_raw_pb(
                    summary.SerializeToString(), step=tf.constant(step, tf.int64)
                )
                self._pending.popleft()
        self._size = 0

    def close(self):
        self.flush()
        if self._writer is not None:
            with tf.init_scope():
                self._writer.close()
        self._writer = None
        self._described.clear()


def _run_directory(log_dir):
    if not isinstance(log_dir, str | os.PathLike) or not os.fspath(log_dir):
        raise ValueError(
            f"Received log_dir={log_dir!r}; expected the path of a directory, such as 'logs/lstm'."
        )
    path = os.fspath(log_dir)
    if "://" not in path:
        path = os.path.realpath(path)
    return os.path.join(path, RUN_NAME)


def _check_writable(run_dir):
    attempt = os.path.join(run_dir, f".writable-{uuid.uuid4().hex}")
    try:
        tf.io.gfile.makedirs(run_dir)
        with tf.io.gfile.GFile(attempt, "w") as file:
            file.write("")
        tf.io.gfile.remove(attempt)
    except (tf.errors.OpError, OSError) as error:
        raise ValueError(
            f"Received a log_dir that cannot be written to ({run_dir}: {error}); expected a "
            "directory in which files can be created. Choose another log_dir, or mend its "
            "permissions; log_dir=None writes no file."
        ) from error
