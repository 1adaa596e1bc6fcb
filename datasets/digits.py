"""Read an image of a digit step by step and, after a blank gap, name the digit.

One sample by hand, with gap 3: a 3 of scikit-learn's, a row of 8 pixels a step, drawn in shades as
`TASK.read_input` draws it. The last feature says "here is an image":

    step   pixels       last feature   evidence
       0   "  =%#.  "        1            *
       1   " =#-%:  "        1            *
       2   " ..##   "        1            *
       3   "  .%*.  "        1            *
       4   "   .##. "        1            *
       5   "    .*= "        1            *
       6   "  =:-%+ "        1            *
       7   "  =##+  "        1            *
       8   all 0             0            gap 1
       9   all 0             0            gap 2
      10   all 0             0            gap 3
      11   all 0             0            answer: 3 -> y = 3

All steps of the image are evidence. The last feature is 1 during these and 0 after them, the same
in all samples, so it says nothing about the digit; without it, nobody could tell a black row from a
blank step. The answer is due at the last step, which is as blank as the gap. Digits are drawn
uniformly, then one of the digit's images. Without the image nothing beats guessing: 1 in 10.

**Variants.** All have an exact gap.

- `rows`: as above: 8 steps of 8 pixels.
- `pixels`: the same images pixel by pixel: 64 steps of 1 pixel, row by row from the top left.
- `mnist_rows`: 28 steps of 28 pixels of MNIST.
- `mnist_pixels`: 784 steps of 1 pixel of MNIST, after Le et al. (2015).
- `permuted_mnist`: the same with the pixels in another order, one for all images, after Le et al.

Learned if 90 % of held-out samples are right, 80 % in `permuted_mnist`; both are ours. A linear
classifier that sees a whole image of scikit-learn's at once has 97 %, and LSTMs of 32 and 64 units
have 95 % in `rows` and `pixels` where the gap is 0. Le et al. have neither the last feature nor a
gap and a blank step for the answer. Their order of permuted pixels is not known to us; this one is
drawn from a fixed seed. They use all images equally often; here it is all digits.

**Train and test.** An image is in one part only. Of scikit-learn's images every fifth of a digit is
held out, 355 of 1,797; the writers, whom the data does not name, are in both parts, so this asks
for memory more than for generalisation: with the last fifth held out the same linear classifier
has 90 %. MNIST has its own split, 60,000 and 10,000; a test image that is a training image, too,
would be left out. Samples are drawn with replacement.

**Size.** 36 bytes a step in `rows`: the 4,096 training samples take 1.3 MB + 0.15 MB for each step
of the gap. `pixels`: 2.1 + 0.03 MB, `mnist_rows`: 14 + 0.48 MB, the others: 26 + 0.03 MB.

**Data and licences.** scikit-learn's digits: E. Alpaydin & C. Kaynak, Optical Recognition of
Handwritten Digits, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0, the test
set of it; they come with scikit-learn (`pip install 'keras-rnn-study[digits]'`). MNIST: Y. LeCun &
C. Cortes, CC BY-SA 3.0 as Keras states it; Keras downloads it once.
"""

import contextlib
import dataclasses
import functools
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.datasets import extras, sampling
from keras_rnn_study.datasets.task import Task, with_variants

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["TASK", "evidence", "load_data", "make", "stream"]

_NUM_DIGITS = 10
_HELD_OUT_EVERY = 5
_SHADES = " .:-=+*#%@"
_MNIST_WIDTH = 28
_PERMUTATION = np.random.default_rng(0).permutation(_MNIST_WIDTH**2)


def _read_shades(sample: np.ndarray) -> list[str]:
    """Draw the pixels of each step in shades; "_" is a blank step."""
    return [
        "".join(_SHADES[round(9 * float(pixel))] for pixel in pixels) if image else "_"
        for *pixels, image in np.asarray(sample)
    ]


_ROWS = Task(
    name="digits",
    variant="rows",
    summary="Name the digit in an image, `gap` blank steps after it was read.",
    example='"  =%#.  " " =#-%:  " " ..##   " ... "  =##+  " _ _ _ _ -> 3',
    source="The digits of scikit-learn: Alpaydin & Kaynak, Optical Recognition of Handwritten "
    "Digits, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49.",
    input_shape=(None, 9),
    input_dtype="float32",
    num_classes=_NUM_DIGITS,
    chance=1 / _NUM_DIGITS,
    success=0.9,
    read_input=_read_shades,
)
_PIXELS = {"input_shape": (None, 2), "example": "= % # . ... = # # + _ _ _ _ -> 3"}
_AFTER_LE = (
    'After Le, Jaitly & Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear '
    'Units", 2015, arXiv:1504.00941.'
)

TASK = with_variants(
    _ROWS,
    dataclasses.replace(_ROWS, variant="pixels", **_PIXELS),
    dataclasses.replace(
        _ROWS,
        variant="mnist_rows",
        source="MNIST: LeCun, Cortes & Burges, The MNIST database of handwritten digits.",
        input_shape=(None, _MNIST_WIDTH + 1),
    ),
    dataclasses.replace(_ROWS, variant="mnist_pixels", source=_AFTER_LE, **_PIXELS),
    dataclasses.replace(_ROWS, variant="permuted_mnist", source=_AFTER_LE, success=0.8, **_PIXELS),
)


def load_data(
    gap: int | None = None,
    *,
    num_train: int = 4096,
    num_test: int = 1024,
    seed: int = 0,
    variant: str = "rows",
    length: int | None = None,
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no image.

    Args:
        gap: Number of blank steps between the image and the answer.
        num_train: Number of training samples.
        num_test: Number of test samples.
        seed: The same seed gives the same bytes.
        variant: One of the definitions above.
        length: Not taken by any of them; here so that all tasks are called alike.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, each as `make` describes them.

    Raises:
        ValueError: A number is missing, too small or not a whole number, `length` is given, or
            the variant is unknown.
        ModuleNotFoundError: scikit-learn is not installed.
        OSError: MNIST is neither on this machine nor to be downloaded.

    Example:
        >>> from keras_rnn_study.datasets import digits
        >>> (x_train, y_train), (x_test, y_test) = digits.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 59, 9), (4096,), (1024, 59, 9), (1024,))
    """
    return sampling.load_data(_drawing(variant, gap, length), num_train, num_test, seed)


def make(
    num_samples: int,
    *,
    gap: int | None = None,
    seed: int,
    variant: str = "rows",
    length: int | None = None,
) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap, variant, length: As for `load_data`.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, time, features)`, from 0 to 1: the pixels of a step, then 1
        while the image is read; all 0 in the gap and at the last step. `time` is the image's steps
        + `gap` + 1; `features` is 9, 29 in `mnist_rows` and 2 where there is 1 pixel a step. `y`:
        int32, `(num_samples,)`, from 0 to 9.

    Raises:
        ValueError, ModuleNotFoundError, OSError: As for `load_data`.

    Example:
        >>> from keras_rnn_study.datasets import digits
        >>> x, y = digits.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 12, 9), dtype('float32'), (64,), dtype('int32'))
        >>> for row in digits.TASK.read_input(x[6])[:8]:
        ...     print(f"|{row}|", y[6])
        |  =#%@- | 5
        |  **.:  | 5
        |  #-    | 5
        | .@*#*. | 5
        | .@#=%= | 5
        |  .  #: | 5
        |  .-#*  | 5
        |  **=   | 5
    """
    return sampling.make(_drawing(variant, gap, length), num_samples, seed)


def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the image's.

    Args:
        x: Inputs of this task, `(batch, time, features)`.

    Returns:
        Booleans, `(batch, time)`.

    Example:
        >>> from keras_rnn_study.datasets import digits
        >>> x, y = digits.make(1, gap=3, seed=1)
        >>> digits.evidence(x).nonzero()[1]
        array([0, 1, 2, 3, 4, 5, 6, 7])
    """
    return np.asarray(x)[..., -1] == 1


def stream(
    batch_size: int,
    *,
    gap: int | None = None,
    seed: int,
    start: int = 0,
    variant: str = "rows",
    length: int | None = None,
) -> "tf.data.Dataset":
    """Stream fresh batches without end, from the part of the task that training may see.

    Batch number i is a pure function of the other arguments and i: streams can be compared, and a
    run that was broken off after n batches goes on with `start=n`.

    Args:
        batch_size: Number of samples in a batch.
        gap, variant, length: As for `load_data`.
        seed: The same seed gives the same batches.
        start: Number of the first batch.

    Returns:
        A `tf.data.Dataset` of `(x, y)` as `make` describes them. It has no end, so `fit` needs
        `steps_per_epoch`.

    Raises:
        ValueError: As for `load_data`; also if `start` is negative or not a whole number.
        ModuleNotFoundError, OSError: As for `load_data`.

    Example:
        >>> from keras_rnn_study.datasets import digits
        >>> x, y = next(iter(digits.stream(64, gap=50, seed=0)))
        >>> x.shape, y.shape
        (TensorShape([64, 59, 9]), TensorShape([64]))
    """
    return sampling.stream(_drawing(variant, gap, length), batch_size, seed, start)


@dataclasses.dataclass(frozen=True)
class _Images:
    """Images of one part, sorted by their digit.

    Attributes:
        pixels: uint8, `(images, pixels)`.
        first, count: Where a digit's images begin and how many there are, `(10,)`.
    """

    pixels: np.ndarray
    first: np.ndarray
    count: np.ndarray


@dataclasses.dataclass(frozen=True)
class _Layout:
    """How a variant reads an image.

    Attributes:
        steps: Number of steps.
        white: What a pixel's largest value is.
        order: In which order the pixels come.
    """

    steps: int
    white: int
    order: np.ndarray | slice = slice(None)


_LAYOUTS = {
    "rows": _Layout(8, 16),
    "pixels": _Layout(8**2, 16),
    "mnist_rows": _Layout(_MNIST_WIDTH, 255),
    "mnist_pixels": _Layout(_MNIST_WIDTH**2, 255),
    "permuted_mnist": _Layout(_MNIST_WIDTH**2, 255, _PERMUTATION),
}


def _drawing(variant: str, gap: int | None, length: int | None) -> sampling.Draw:
    size = TASK.of(variant).size(gap=gap, length=length)
    parts = _mnist() if "mnist" in variant else _scikit_learn()
    return functools.partial(_draw, _LAYOUTS[variant], parts, size)


def _draw(
    layout: _Layout,
    parts: tuple[_Images, _Images],
    gap: int,
    generator: np.random.Generator,
    num_samples: int,
    held_out: bool,
) -> sampling.Samples:
    images = parts[held_out]
    digits = generator.integers(_NUM_DIGITS, size=num_samples)
    chosen = images.first[digits] + generator.integers(images.count[digits])
    pixels = images.pixels[chosen][:, layout.order].reshape(num_samples, layout.steps, -1)

    x = np.zeros((num_samples, layout.steps + gap + 1, pixels.shape[-1] + 1), "float32")
    x[:, : layout.steps, :-1] = pixels.astype("float32") / layout.white
    x[:, : layout.steps, -1] = 1
    return x, digits.astype("int32")


@functools.cache
def _scikit_learn() -> tuple[_Images, _Images]:
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
def _mnist() -> tuple[_Images, _Images]:
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


def _parts(train: sampling.Samples, test: sampling.Samples) -> tuple[_Images, _Images]:
    """Sort images by their digit, and leave out of the test what is in the training part."""
    known = {image.tobytes() for image in train[0]}
    new = np.array([image.tobytes() not in known for image in test[0]])
    return _by_digit(*train), _by_digit(test[0][new], test[1][new])


def _by_digit(pixels: np.ndarray, digits: np.ndarray) -> _Images:
    count = np.bincount(digits, minlength=_NUM_DIGITS)
    return _Images(pixels[digits.argsort(kind="stable")], count.cumsum() - count, count)


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
