"""Where a training's events go: a run of its own below the log directory."""

import itertools
import os
import re
import uuid
import weakref

import tensorflow as tf

RUN_NAME = "rnn"

# Training -> {log directory: (the run that it writes to, the last step there)}
_known: weakref.WeakKeyDictionary[object, dict[str, tuple[str, int]]] = weakref.WeakKeyDictionary()


class RunDirectory:
    """The run that a training writes to; trainings do not mix.

    Who trains from the beginning (step 0) gets a run that nobody else has: `rnn`, or `rnn_2`,
    `rnn_3`, ... where others were before, in this process or another. Who was seen before and
    counts on goes on in its own run, and who was not but begins later, restored from a backup, in
    the newest.

    Args:
        directory: As `log_directory` returns it.
        training: What names the training, such as its model; `None`: the run is always `rnn`.
    """

    def __init__(self, directory: str, training: object | None) -> None:
        self._directory, self._training = directory, training
        self._path: str | None = None

    def made(self, step: int) -> str:
        """Return the directory, created; the step of the first value decides which it is."""
        if self._path is None:
            self._path = self._chosen(step)
        tf.io.gfile.makedirs(self._path)
        return self._path

    def wrote(self, step: int) -> None:
        """Remember how far the training has come."""
        if self._training is not None and self._path is not None:
            _known.setdefault(self._training, {})[self._directory] = self._path, step

    def __str__(self) -> str:
        return self._path or self._directory

    def _chosen(self, step: int) -> str:
        if self._training is None:
            return os.path.join(self._directory, RUN_NAME)
        known, last = _known.get(self._training, {}).get(self._directory, (None, 0))
        if known is not None and step >= last:
            return known
        return _fresh(self._directory) if step == 0 else _newest(self._directory)


def log_directory(log_dir: str | os.PathLike) -> str:
    """Return the directory's one name, created and checked.

    Args:
        log_dir: Path of a directory, local or any that `tf.io.gfile` knows.

    Raises:
        ValueError: `log_dir` is not a path or cannot be written to.
    """
    if not isinstance(log_dir, str | os.PathLike) or not os.fspath(log_dir):
        raise ValueError(
            f"Received log_dir={log_dir!r}; expected the path of a directory, such as 'logs/lstm'."
        )
    path = os.fspath(log_dir)
    path = os.path.realpath(path) if is_local(path) else path
    attempt = os.path.join(path, f".writable-{uuid.uuid4().hex}")
    try:
        tf.io.gfile.makedirs(path)
        with tf.io.gfile.GFile(attempt, "w") as file:
            file.write("")
        tf.io.gfile.remove(attempt)
    except (tf.errors.OpError, OSError) as error:
        raise ValueError(
            f"Received a log_dir that cannot be written to ({path}: {error}); expected a "
            "directory in which files can be created. Choose another log_dir, or mend its "
            "permissions; log_dir=None writes no file."
        ) from error
    return path


def is_local(path: str) -> bool:
    """Return whether the operating system knows the path, so that files can be cut."""
    return "://" not in path


def _fresh(directory: str) -> str:
    tf.io.gfile.makedirs(directory)
    for count in itertools.count(1):
        run = os.path.join(directory, RUN_NAME if count == 1 else f"{RUN_NAME}_{count}")
        try:
            if is_local(run):
                os.mkdir(run)  # by one process only, however many try at the same time
            elif tf.io.gfile.exists(run):
                continue
        except FileExistsError:
            continue
        return run
    raise AssertionError("unreachable: the count never ends")


def _newest(directory: str) -> str:
    pattern = re.compile(rf"{RUN_NAME}(?:_(\d+))?/?")
    found = filter(None, map(pattern.fullmatch, tf.io.gfile.listdir(directory)))
    newest = max(found, key=lambda match: int(match[1] or 1), default=None)
    return os.path.join(directory, newest[0].rstrip("/") if newest else RUN_NAME)
