"""Repeat ten symbols after a blank gap: memory for much, and in its order.

One sample by hand, with gap 4. The symbols are A to H, "." is blank, ":" says that it is time:

    step        0  1  2  3  4  5  6  7  8  9   10 11 12 13   14 15 16 17 18 19 20 21 22 23
    x           C  A  F  F  H  B  A  D  E  G   .  .  .  :    .  .  .  .  .  .  .  .  .  .
    evidence    *  *  *  *  *  *  *  *  *  *
    gap                                        1  2  3  4
    target      .  .  .  .  .  .  .  .  .  .   .  .  .  .    C  A  F  F  H  B  A  D  E  G

There is a target at every step: blank up to the gap's end, then the ten symbols. The gap, `gap` - 1
blanks and the ":", lies between the last symbol and the first answer; so each symbol must be held
for `gap` + 9 steps. With gap 0 there is no room for the ":", and the answers follow at once.

Someone who has not seen the symbols says blank `gap` + 10 times and then guesses 1 in 8, ten times:
a cross-entropy of 10 log(8) / (`gap` + 20) in the mean over all steps, the line that every figure
of this task has (`TASK.baseline_loss(gap)`). The score, `TASK.scores`, counts the ten answers only.

This is the task of Arjovsky et al. (2016), whose T is the gap, and of Bai et al. (2018). Both give
cross-entropies and no test of success: 95 % of the answers is ours.

**Train and test.** Number the symbols from 0 to 7: the 1st, 3rd, ... 9th plus eight times the 2nd,
4th, ... 10th make a multiple of 64 in the held-out part and nowhere else. So no test sequence
occurs in training, and each symbol is as frequent as the others in both parts.

**Size.** 44 bytes a step: the 4,096 training samples take 3.6 MB + 0.18 MB for each step of the
gap. Everything is generated: no licence, nothing to download.
"""

import functools
import math

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NAMES = "ABCDEFGH.:"
_NUM_SYMBOLS = 8
_LENGTH = 10
_BLANK, _TIME_TO_ANSWER = 8, 9
_HELD_OUT_EVERY = _NUM_SYMBOLS**2
_WEIGHTS = np.array([1, _NUM_SYMBOLS] * (_LENGTH // 2))
_ONE_HOT = np.eye(len(_NAMES), dtype="float32")

TASK = Task(
    name="copy_memory",
    summary="Repeat ten symbols after a blank gap.",
    example="C A F F H B A D E G . . . : -> C A F F H B A D E G",
    source='Arjovsky, Shah & Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016, '
    "arXiv:1511.06464, after Hochreiter & Schmidhuber, 1997.",
    input_shape=(None, len(_NAMES)),
    input_dtype="float32",
    num_classes=_NUM_SYMBOLS + 1,
    every_step=True,
    due=(-_LENGTH, -1),
    chance=1 / _NUM_SYMBOLS,
    success=0.95,
    blind_loss=lambda gap: _LENGTH * math.log(_NUM_SYMBOLS) / (gap + 2 * _LENGTH),
    read_input=reading.one_hot(_NAMES),
    read_answer=reading.classes(_NAMES),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sequence.

    Example:
        >>> from keras_rnn_study.datasets import copy_memory
        >>> (x_train, y_train), (x_test, y_test) = copy_memory.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 70, 10), (4096, 70), (1024, 70, 10), (1024, 70))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of steps between the last symbol and the first answer.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, gap + 20, 10)`, one-hot: features 0-7 are the symbols, 8 is
        blank, 9 says that the answers are due. `y`: int32, `(num_samples, gap + 20)`, from 0 to 8.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.

    Example:
        >>> from keras_rnn_study.datasets import copy_memory
        >>> x, y = copy_memory.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 23, 10), dtype('float32'), (64, 23), dtype('int32'))
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answers: those of the ten symbols.

    Example:
        >>> from keras_rnn_study.datasets import copy_memory
        >>> x, y = copy_memory.make(1, gap=3, seed=1)
        >>> copy_memory.evidence(x).nonzero()[1]
        array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
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
        >>> from keras_rnn_study.datasets import copy_memory
        >>> x, y = copy_memory.make(1, gap=3, seed=1)
        >>> " ".join(copy_memory.tokens(x)[0])
        'A B G B G F E C D A . . : . . . . . . . . . .'
    """
    return TASK.read(x)


def _drawing(gap: int) -> sampling.Draw:
    return functools.partial(_draw, TASK.size(gap=gap))


def _draw(
    gap: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    symbols = generator.integers(_NUM_SYMBOLS, size=(num_samples, _LENGTH))
    remainder = 0 if held_out else generator.integers(1, _HELD_OUT_EVERY, size=num_samples)
    # The first two symbols are the digits that bring the sum to the remainder.
    missing = (remainder - symbols[:, 2:] @ _WEIGHTS[2:]) % _HELD_OUT_EVERY
    symbols[:, 0], symbols[:, 1] = missing % _NUM_SYMBOLS, missing // _NUM_SYMBOLS

    y = np.full((num_samples, gap + 2 * _LENGTH), _BLANK, dtype="int32")  # (batch, time)
    y[:, -_LENGTH:] = symbols
    tokens = np.full_like(y, _BLANK)
    tokens[:, :_LENGTH] = symbols
    if gap:
        tokens[:, _LENGTH + gap - 1] = _TIME_TO_ANSWER
    return _ONE_HOT[tokens], y
