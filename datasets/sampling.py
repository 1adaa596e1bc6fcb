"""What all tasks share: argument checks, random numbers, the split, endless batches.

A task module supplies one function, `draw(generator, num_samples, gap, held_out)`, which returns
`(x, y)`. `held_out` says from which of two disjoint parts of the task's space to draw: training
data, samples and streams come from one part, test data from the other.
"""

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

Samples = tuple[np.ndarray, np.ndarray]
Draw = Callable[[np.random.Generator, int, int, bool], Samples]

# One independent sequence of random numbers for each use, so that no two uses of one seed
# give the same samples.
_SAMPLES, _TRAIN, _TEST, _STREAM = range(4)


def load_data(
    draw: Draw, gap: int, num_train: int, num_test: int, seed: int
) -> tuple[Samples, Samples]:
    """Draw a training set and a test set from the two parts of the task's space."""
    gap = whole_number("gap", gap, at_least=0)
    num_train = whole_number("num_train", num_train, at_least=1)
    num_test = whole_number("num_test", num_test, at_least=1)
    train = draw(_generator(seed, _TRAIN), num_train, gap, False)
    test = draw(_generator(seed, _TEST), num_test, gap, True)
    return train, test


def make(draw: Draw, num_samples: int, gap: int, seed: int) -> Samples:
    """Draw samples from the training part of the task's space."""
    num_samples = whole_number("num_samples", num_samples, at_least=1)
    gap = whole_number("gap", gap, at_least=0)
    return draw(_generator(seed, _SAMPLES), num_samples, gap, False)


def stream(draw: Draw, batch_size: int, gap: int, seed: int, start: int) -> "tf.data.Dataset":
    """Draw batch after batch from the training part of the task's space, without end."""
    batch_size = whole_number("batch_size", batch_size, at_least=1)
    gap = whole_number("gap", gap, at_least=0)
    start = whole_number("start", start, at_least=0)

    # Imported here, so that everything else in a task works without TensorFlow's start-up.
    import tensorflow as tf

    def batch(index: int) -> Samples:
        return draw(_generator(seed, _STREAM, int(index)), batch_size, gap, False)

    x, y = batch(start)  # a mistake in the arguments shows here, not inside the pipeline

    def fetch(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x_batch, y_batch = tf.numpy_function(batch, [index], [x.dtype, y.dtype], stateful=False)
        return tf.ensure_shape(x_batch, x.shape), tf.ensure_shape(y_batch, y.shape)

    return tf.data.Dataset.counter(start).map(fetch).prefetch(2)


def whole_number(name: str, received: int, *, at_least: int) -> int:
    """Return `received` as an int, or raise a ValueError that says what was expected."""
    try:
        number = operator.index(received)
    except TypeError:
        number = None
    if number is None or number < at_least:
        raise ValueError(
            f"{name} must be a whole number, {at_least} or more, but {received!r} was given. "
            f"Pass, for example, {name}={at_least + 10}."
        )
    return number


def _generator(seed: int, *key: int) -> np.random.Generator:
    """Give the random numbers of one use of a seed; other keys are independent of it."""
    seed = whole_number("seed", seed, at_least=0)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
