"""Directories that a training writes to: looked at before it starts."""

import os
import pathlib


def check_fresh(log_dir: str | os.PathLike[str]) -> None:
    """Raise an error if there are events of an earlier run in a log directory.

    Raises:
        ValueError: There are; TensorBoard would mix them with new ones.
    """
    run_dir = pathlib.Path(log_dir, "rnn")
    if run_dir.is_dir() and any("tfevents" in path.name for path in run_dir.iterdir()):
        raise ValueError(
            f"{run_dir!s} holds the events of an earlier run, which TensorBoard would mix with "
            "new ones. Choose another log directory, or delete that one."
        )


def make_writable(directory: str | os.PathLike[str]) -> pathlib.Path:
    """Make a directory if it is not there, and return its path.

    Raises:
        ValueError: It cannot be made, or nothing can be written there.
    """
    path = pathlib.Path(directory)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(
            f"Cannot write to {str(directory)!r}: {reason}. Choose another directory."
        ) from None
    return path
