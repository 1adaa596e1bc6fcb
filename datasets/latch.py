"""Hold one bit, shown at the start, while noise comes in by the same line.

One sample by hand, with gap 3. There is one number a step:

    step        0     1     2     3     4     5     6
    x           1     1     1  -.31   .58   .07  -.44
    evidence    *     *     *
    gap                           1     2     3
    answer                                         + -> y = 1

The first 3 numbers are all 1 or all -1. Which of the two is asked at the last step. All others are
noise: Gaussian, with mean 0 and variance 0.2, so that 1 in 40 is beyond 1 or -1. Signal and noise
share one line, and a network must come to tell them apart by their time. Without the first numbers
nothing beats guessing: 1 in 2.

**A warning.** To solve this task is no proof of long memory. One unit that feeds back on itself
strongly enough holds the bit for as long as one likes, and so many weights do that one can draw
them at random until a set fits: with one tanh unit, its three weights drawn from -100 to 100, about
1 set in 60 gets 100 samples right, at gap 100 and at gap 500 alike. Hochreiter & Schmidhuber
("Bridging Long Time Lags by Weight Guessing and 'Long Short-Term Memory'", 1996; "Long Short-Term
Memory", 1997) found that such guessing solves it faster than their own LSTM and than all published
ways of learning. So never rest a claim about memory on this task alone: compare with weights drawn
at random, and show a task that needs precise weights, such as `adding`.

**The source.** Bengio et al. (1994) posed it to show where gradient descent fails; the form here is
that of Hochreiter & Schmidhuber (1997), experiment 3a, with N = 3. There, sequences have T to
T + T/10 steps, one output must come within 0.2 of its target, 0 or 1, and a task counts as solved
when none of 256 test sequences is wrong. Here the gap is exact, there are two outputs of which the
larger counts, and it is 95 % of held-out samples.

**Train and test.** A float32 is a whole number times a power of two. That whole number is even in
the first noise value of every training sequence, and odd in that of every test sequence: the last
of 24 binary digits, which no network notices. So no sequence is in both parts.

**Size.** 4 bytes a step: the 4,096 training samples take 66 kB + 16 kB for each step of the gap.
Everything is generated: no licence, nothing to download.
"""

import functools
import math

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NUM_SIGNALS = 3
_STANDARD_DEVIATION = np.float32(math.sqrt(0.2))

TASK = Task(
    name="latch",
    summary="Say whether the first three numbers were 1 or -1, after noise.",
    example="1.00 1.00 1.00 -0.31 0.58 0.07 -0.44 -> +",
    source='After Bengio, Simard & Frasconi, "Learning Long-Term Dependencies with Gradient '
    'Descent is Difficult", IEEE Transactions on Neural Networks 5(2), 1994, and Hochreiter & '
    'Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997, experiment 3a.',
    input_shape=(None, 1),
    input_dtype="float32",
    num_classes=2,
    chance=1 / 2,
    success=0.95,
    read_input=reading.numbers,
    read_answer=reading.classes("-+"),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sequence.

    Example:
        >>> from keras_rnn_study.datasets import latch
        >>> (x_train, y_train), (x_test, y_test) = latch.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 54, 1), (4096,), (1024, 54, 1), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of steps between the third number and the answer.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, gap + 4, 1)`: 1 or -1 at the first three steps, then Gaussian
        noise of mean 0 and variance 0.2. `y`: int32, `(num_samples,)`: 1 for 1, 0 for -1.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.

    Example:
        >>> from keras_rnn_study.datasets import latch
        >>> x, y = latch.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 7, 1), dtype('float32'), (64,), dtype('int32'))
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the first three.

    Example:
        >>> from keras_rnn_study.datasets import latch
        >>> x, y = latch.make(1, gap=3, seed=1)
        >>> latch.evidence(x)
        array([[ True,  True,  True, False, False, False, False]])
    """
    steps = np.zeros(TASK.inputs(x).shape[:2], bool)
    steps[:, :_NUM_SIGNALS] = True
    return steps


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the numbers.

    Example:
        >>> from keras_rnn_study.datasets import latch
        >>> x, y = latch.make(1, gap=3, seed=1)
        >>> latch.tokens(x)
        [['-1.00', '-1.00', '-1.00', '-0.53', '0.37', '0.15', '-0.91']]
    """
    return TASK.read(x)


def _drawing(gap: int) -> sampling.Draw:
    return functools.partial(_draw, TASK.size(gap=gap))


def _draw(
    gap: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    y = generator.integers(2, size=num_samples, dtype="int32")
    noise = generator.standard_normal((num_samples, gap + 1), dtype="float32")
    noise *= _STANDARD_DEVIATION
    first = noise[:, 0].view("int32")
    first[:] = first & ~1 | held_out  # the last binary digit tells the part

    x = np.empty((num_samples, _NUM_SIGNALS + gap + 1, 1), "float32")
    x[:, :_NUM_SIGNALS] = (2 * y - 1)[:, None, None]
    x[:, _NUM_SIGNALS:, 0] = noise
    return x, y
