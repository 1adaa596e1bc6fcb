"""Say which symbol came first, after a run of others that is always the same.

One sample by hand, with gap 3. The first symbol is x or y, the run is a1, a2, a3 ...:

    step        0    1    2    3    4
    input       y   a1   a2   a3   a4
    evidence    *
    gap              1    2    3
    answer                          y -> class 1

The symbol at step 0 decides the answer, which is due at the last step. Between them nothing is
random, and no symbol comes twice: the cleanest of long time lags, with two sequences only. Without
the first symbol nothing beats guessing: 1 in 2. With it the faintest trace will do, since no noise
covers it; so one success may be luck of the first weights, as with `latch`.

There are symbols a1 to a1024. Up to gap 1,023 the `gap` + 1 symbols of the run all differ, as in
the source; from gap 1,024 on the run starts again with a1 after a1024.

**The source.** Hochreiter & Schmidhuber (1997), experiment 2a, has the two sequences (y, a1, ...
a[p-1], y) and (x, a1, ... a[p-1], x), each half of the time; its p is `gap` + 2. The network
predicts every next symbol there. Here it is asked for the last one only, the one that needs the
first symbol: what follows a[p-1], x or y? So there are 2 outputs instead of p + 1, and errors at
the last step only. The paper's p was 4, 10 and 100. A trial is successful there if in 10,000
sequences all outputs have errors below 0.25; here the larger output counts, and it is 95 % of the
samples: as there are two sequences, that means both.

**Train and test.** Both parts hold the same two sequences, for there are no others. What is learned
is these two by heart; a test score says that the lag was bridged, nothing about new sequences.

**Size.** 4 bytes a step: the 4,096 training samples take 33 kB + 16 kB for each step of the gap.
Everything is generated: no licence, nothing to download.
"""

import functools

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_FIRST_SYMBOLS = "xy"
_NUM_DISTRACTORS = 1024
_NAMES = ["", *_FIRST_SYMBOLS, *(f"a{number + 1}" for number in range(_NUM_DISTRACTORS))]
_FIRST_SYMBOL = 1  # 0 is padding
_DISTRACTOR = _FIRST_SYMBOL + len(_FIRST_SYMBOLS)

TASK = Task(
    name="noise_free_lag",
    summary="Say which symbol came first, after a run that is always the same.",
    example="y a1 a2 a3 a4 -> y",
    source='After Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), '
    "1997, experiment 2a.",
    input_shape=(None,),
    input_dtype="int32",
    vocabulary_size=len(_NAMES),
    num_classes=len(_FIRST_SYMBOLS),
    chance=1 / len(_FIRST_SYMBOLS),
    success=0.95,
    disjoint_from=None,
    read_input=reading.words(lambda: _NAMES),
    read_answer=reading.classes(_FIRST_SYMBOLS),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set, which hold the same two sequences.

    Example:
        >>> from keras_rnn_study.datasets import noise_free_lag
        >>> (x_train, y_train), (x_test, y_test) = noise_free_lag.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 52), (4096,), (1024, 52), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of steps between the first symbol and the answer.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: int32, `(num_samples, gap + 2)`: 1 or 2, the symbols x and y, then 3, 4, 5 ... up to
        1026, the symbols a1 to a1024; 0 is kept for padding, which this task does not need. `y`:
        int32, `(num_samples,)`: 0 for x, 1 for y.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.

    Example:
        >>> from keras_rnn_study.datasets import noise_free_lag
        >>> x, y = noise_free_lag.make(3, gap=3, seed=1)
        >>> x
        array([[1, 3, 4, 5, 6],
               [2, 3, 4, 5, 6],
               [2, 3, 4, 5, 6]], dtype=int32)
        >>> y
        array([0, 1, 1], dtype=int32)
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the step that decides the answer: the one with x or y.

    Example:
        >>> from keras_rnn_study.datasets import noise_free_lag
        >>> x, y = noise_free_lag.make(1, gap=3, seed=1)
        >>> noise_free_lag.evidence(x)
        array([[ True, False, False, False, False]])
    """
    x = TASK.inputs(x)
    return (x >= _FIRST_SYMBOL) & (x < _DISTRACTOR)


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream batches of the two sequences without end."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the symbols.

    Example:
        >>> from keras_rnn_study.datasets import noise_free_lag
        >>> x, y = noise_free_lag.make(1, gap=3, seed=1)
        >>> noise_free_lag.tokens(x)
        [['x', 'a1', 'a2', 'a3', 'a4']]
    """
    return TASK.read(x)


def _drawing(gap: int) -> sampling.Draw:
    gap = TASK.size(gap=gap)
    run = _DISTRACTOR + np.arange(gap + 1, dtype="int32") % _NUM_DISTRACTORS
    return functools.partial(_draw, run)


def _draw(
    run: np.ndarray, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    y = generator.integers(len(_FIRST_SYMBOLS), size=num_samples, dtype="int32")
    x = np.empty((num_samples, 1 + len(run)), "int32")  # (batch, time)
    x[:, 0] = _FIRST_SYMBOL + y
    x[:, 1:] = run
    return x, y  # held out or not: there are no other sequences
