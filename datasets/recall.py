"""Recall one symbol after a gap: the simplest question about memory.

One sample by hand, with gap 3. The symbols are A to H, the distractors a to h, the query is "?":

    step        0    1    2    3    4
    x           C    f    a    h    ?
    evidence    *
    gap              1    2    3
    answer                          C -> y = 2

The symbol at step 0 decides the answer, which is due at the last step. The `gap` distractors
between come from an alphabet of their own, so nothing can be mistaken for the evidence and the
only difficulty is to remember. Without the symbol nothing beats guessing: 1 in 8.

**Train and test.** A sequence is held out for testing if the numbers of its distractors (a = 0
... h = 7) add up to a multiple of 8. Every single distractor is then equally frequent in both
parts, and no test sequence occurs in training, however long one trains. This needs a gap of at
least 2. With gap 0 or 1 there are only 8 or 64 different sequences, and both parts hold them all.

**Size.** 68 bytes a step: the 4,096 training samples take 0.6 MB + 0.28 MB for each step of the
gap. Everything is generated: no licence, nothing to download.
"""

import functools

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NAMES = "ABCDEFGHabcdefgh?"
_NUM_SYMBOLS = 8
_NUM_DISTRACTORS = 8
_QUERY = _NUM_SYMBOLS + _NUM_DISTRACTORS
_NUM_FEATURES = len(_NAMES)
_ONE_HOT = np.eye(_NUM_FEATURES, dtype="float32")

TASK = Task(
    name="recall",
    summary="Name the first symbol after `gap` distractors.",
    example="C f a h ? -> C",
    source='After the noise-free long time lag task of Hochreiter & Schmidhuber, "Long '
    'Short-Term Memory", Neural Computation 9(8), 1997, experiment 2.',
    input_shape=(None, _NUM_FEATURES),
    input_dtype="float32",
    num_classes=_NUM_SYMBOLS,
    chance=1 / _NUM_SYMBOLS,
    success=0.95,
    disjoint_from=2,
    read_input=reading.one_hot(_NAMES),
    read_answer=reading.classes(_NAMES),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sequence if `gap` is at least 2.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> (x_train, y_train), (x_test, y_test) = recall.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 52, 17), (4096,), (1024, 52, 17), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of distractors between the symbol and the query.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, gap + 2, 17)`, one-hot: features 0-7 are the symbols, 8-15 the
        distractors, 16 is the query. `y`: int32, `(num_samples,)`, from 0 to 7.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> x, y = recall.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 5, 17), dtype('float32'), (64,), dtype('int32'))
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the symbol's.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> x, y = recall.make(1, gap=3, seed=1)
        >>> recall.evidence(x)
        array([[ True, False, False, False, False]])
    """
    return np.any(TASK.inputs(x)[..., :_NUM_SYMBOLS], axis=-1)


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the symbols.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> x, y = recall.make(1, gap=3, seed=1)
        >>> recall.tokens(x)
        [['A', 'f', 'g', 'd', '?']]
    """
    return TASK.read(x)


def _drawing(gap: int) -> sampling.Draw:
    return functools.partial(_draw, TASK.size(gap=gap))


def _draw(
    gap: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    symbols = generator.integers(_NUM_SYMBOLS, size=num_samples)
    distractors = generator.integers(_NUM_DISTRACTORS, size=(num_samples, gap))
    sampling.mark_part(distractors, _NUM_DISTRACTORS, generator, held_out)

    tokens = np.empty((num_samples, gap + 2), dtype=np.intp)  # (batch, time)
    tokens[:, 0] = symbols
    tokens[:, 1:-1] = _NUM_SYMBOLS + distractors
    tokens[:, -1] = _QUERY
    return _ONE_HOT[tokens], symbols.astype("int32")
