"""Images of digits, from scikit-learn or MNIST, sorted by digit and split into two parts."""

import contextlib
import dataclasses
import functools
import os
import pathlib
import tempfile
from collections.abc import Iterator

import numpy as np

from keras_rnn_study import extras
from keras_rnn_study.datasets import sampling

_NUM_DIGITS = 10
_HELD_OUT_EVERY = 5


@dataclasses.dataclass(frozen=True)
class Images:
    """Images of one part, sorted by their digit.

    Attributes:
        pixels: uint8, `(images, pixels)`.
        first, count: Where a digit's images begin and how many there are, `(10,)`.
    """

    pixels: np.ndarray
    first: np.ndarray
    count: np.ndarray


@functools.cache
def scikit_learn() -> tuple[Images, Images]:
    """Load scikit-learn's images and hold out every fifth of each digit."""
    datasets = extras.load("sklearn.datasets", package="scikit-learn", extra="digits")
    pixels, digits = datasets.load_digits(return_X_y=True)
    number = np.empty_like(digits)  # how many images of the same digit come before
    for digit in range(_NUM_DIGITS):
        same = digits == digit
        number[same] = np.arange(same.sum())
    held_out = number % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1
    pixels = pixels.astype("uint8")
    return _parts((pixels[~held_out], digits[~held_out]), (pixels[held_out], digits[held_out]))


@functools.cache
def mnist() -> tuple[Images, Images]:
    """Load MNIST, which Keras downloads if it has to.

    Raises:
        OSError: It could not be downloaded; the message says where to put it.
    """
    import keras  # not before it is needed: it starts TensorFlow

    file = _keras_datasets() / "mnist.npz"
    try:
        with _unchanged_by_failure(file):
            train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises no other kind when a download fails
        reason = str(error).rstrip(".")
        raise OSError(
            f"MNIST is not at {file} and could not be downloaded: {reason}. Try again with a "
            "network, or put there the mnist.npz of a machine where Keras has it."
        ) from error
    return _parts(*((images.reshape(len(images), -1), digits) for images, digits in (train, test)))


def _parts(train: sampling.Samples, test: sampling.Samples) -> tuple[Images, Images]:
    """Sort images by their digit, and leave out of the test what is in the training part."""
    known = {image.tobytes() for image in train[0]}
    new = np.array([image.tobytes() not in known for image in test[0]])
    return _by_digit(*train), _by_digit(test[0][new], test[1][new])


def _by_digit(pixels: np.ndarray, digits: np.ndarray) -> Images:
    count = np.bincount(digits, minlength=_NUM_DIGITS)
    return Images(pixels[digits.argsort(kind="stable")], count.cumsum() - count, count)


def _keras_datasets() -> pathlib.Path:
    """Find the folder in which Keras keeps its data sets."""
    home = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    if not os.access(home, os.W_OK):
        home = pathlib.Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir(), ".keras")
    return home / "datasets"


@contextlib.contextmanager
def _unchanged_by_failure(file: pathlib.Path) -> Iterator[None]:
    """Leave a file as it was, or absent, if what is done meanwhile fails.

    Keras leaves a broken download where it is, and deletes a file with an unexpected checksum if
    it cannot download another one.
    """
    before = file.read_bytes() if file.exists() else None
    try:
        yield
    except BaseException:
        if before is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(before)
        raise
