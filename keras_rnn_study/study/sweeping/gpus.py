"""Which GPU a worker uses: all workers share them, or each has one of its own."""

import os
import pathlib
import tempfile

import filelock

CHOICES = ("share", "pin", "off")

_held: list[filelock.BaseFileLock] = []  # the lock of this process' GPU, for as long as it lives


def prepare(choice: str) -> None:
    """Choose this process' GPU, before TensorFlow starts.

    Args:
        choice: "share": all GPUs are visible, and memory is taken as it is needed; "pin": this
            process takes the first GPU that no other worker on this machine has; with more
            workers than GPUs, the rest share the last; "off": CPUs only.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if choice == "off":
        tf.config.set_visible_devices([], "GPU")
        return
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if choice == "pin" and gpus:
        tf.config.set_visible_devices([gpus[_claim(len(gpus))]], "GPU")


def _claim(count: int, folder: str | None = None) -> int:
    """Return the index of the first GPU that nobody has; the last one, where all are taken."""
    place = pathlib.Path(folder or tempfile.gettempdir())
    user = getattr(os, "getuid", lambda: "")()
    for index in range(count):
        # A lock is given up by the system when its process ends, however it ends.
        lock = filelock.FileLock(place / f"keras-rnn-study-{user}-gpu-{index}.lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            continue
        _held.append(lock)
        return index
    return count - 1
