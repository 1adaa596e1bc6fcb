"""What all tasks share: random numbers, the split, endless batches.

A task module supplies one function, `draw(generator, num_samples, held_out)`, which returns
`(x, y)`. `held_out` says from which of two disjoint parts of the task's space to draw: training
data, samples and streams come from one part, test data from the other.
"""

import atexit
import functools
import gc
import itertools
import sys
from collections.abc import Callable

import numpy as np

from keras_rnn_study.arguments import shown, whole_number
from keras_rnn_study.datasets.contract import Samples as Samples
from keras_rnn_study.datasets.contract import Stream as Stream

Draw = Callable[[np.random.Generator, int, bool], Samples]

MOST_VALUES = 2**30
"""Numbers that the inputs drawn at once may have: 4 GiB."""

_FEW = 256  # so many samples of the longest have fewer
_LAST_BATCH = 2**62  # TensorFlow counts in 64 bits

# One independent sequence of random numbers for each use, so that no two uses of one seed
# give the same samples.
_SAMPLES, _TRAIN, _TEST, _STREAM = range(4)


def load_data(draw: Draw, num_train: int, num_test: int, seed: int) -> tuple[Samples, Samples]:
    """Draw a training set and a test set from the two parts of the task's space."""
    num_train = _number("num_train", num_train, draw)
    num_test = _number("num_test", num_test, draw)
    train = draw(_generator(seed, _TRAIN), num_train, False)
    test = draw(_generator(seed, _TEST), num_test, True)
    return train, test


def make(draw: Draw, num_samples: int, seed: int) -> Samples:
    """Draw samples from the training part of the task's space."""
    num_samples = _number("num_samples", num_samples, draw)
    return draw(_generator(seed, _SAMPLES), num_samples, False)


def stream(draw: Draw, batch_size: int, seed: int, start: int) -> Stream:
    """Draw batch after batch from the training part of the task's space, without end.

    With TensorFlow batches are drawn in a thread of their own, two ahead, while the model trains.
    """
    batch_size = _number("batch_size", batch_size, draw)
    start = whole_number("start", start, at_least=0, at_most=_LAST_BATCH)

    def batch(index: int) -> Samples:
        return draw(_generator(seed, _STREAM, int(index)), batch_size, False)

    x, y = batch(start)  # a mistake in the arguments shows here, not inside the pipeline

    # Imported here, so that everything else in a task works without either.
    import keras

    if keras.config.backend() != "tensorflow":
        return (batch(index) for index in itertools.count(start))
    import tensorflow as tf

    def fetch(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x_batch, y_batch = tf.numpy_function(batch, [index], [x.dtype, y.dtype], stateful=False)
        return tf.ensure_shape(x_batch, x.shape), tf.ensure_shape(y_batch, y.shape)

    _free_iterators_at_exit()
    options = tf.data.Options()
    options.experimental_optimization.map_parallelization = False  # one thread, not all cores
    return tf.data.Dataset.counter(start).map(fetch).prefetch(2).with_options(options)


@functools.cache  # once is enough
def _free_iterators_at_exit() -> None:
    """Have what still iterates over a stream freed before Python ends.

    Python stops a thread that calls it while it ends, and TensorFlow would wait for that of the
    stream for ever, or abort. A cycle may hold the iterator, or what ended the program in the
    middle of a fit, such as Ctrl-C: `sys` keeps the last exception.
    """

    def free() -> None:
        for name in ("last_exc", "last_value", "last_traceback"):
            vars(sys).pop(name, None)
        gc.collect()

    atexit.register(free)


def mark_part(
    digits: np.ndarray, base: int, generator: np.random.Generator, held_out: bool
) -> None:
    """Let the sum of each sample's digits tell which part it belongs to.

    The sum is a multiple of `base` in the held-out part and none in the other. Only the last digit
    changes, and each single digit stays uniform. That needs two digits or more: else both parts
    are left with all there is.

    Args:
        digits: Integers from 0 to `base - 1`, `(batch, digits)`, uniform; changed in place.
        base: Number of different digits.
        generator: Source of the random numbers.
        held_out: Which part to mark.
    """
    num_samples, num_digits = digits.shape
    if num_digits >= 2:
        remainder = 0 if held_out else generator.integers(1, base, size=num_samples)
        digits[:, -1] = (remainder - digits[:, :-1].sum(axis=1)) % base


def _number(name: str, received: int, draw: Draw) -> int:
    """Check how many samples are asked for; of many, whether they fit into memory."""
    number = whole_number(name, received, at_least=1)
    if number > _FEW:
        x, _ = draw(np.random.default_rng(0), 1, False)
        at_most = MOST_VALUES // x.size
        if number > at_most:
            raise ValueError(
                f"{name} must be {at_most} at most for samples of {x.size} numbers each, so that "
                f"they fit into memory, but {shown(received)} was given. Pass less, or train on "
                "`stream`, which draws one batch after the other."
            )
    return number


def _generator(seed: int, *key: int) -> np.random.Generator:
    """Give the random numbers of one use of a seed; other keys are independent of it."""
    seed = whole_number("seed", seed, at_least=0)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
