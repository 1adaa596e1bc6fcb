"""Multiply two marked numbers.

One sample by hand, with gap 3. Each step has a number and a marker:

    step        0    1    2    3    4    5    6    7    8    9   10   11   12   13   14
    number    .31  .80  .12  .65  .44  .97  .23  .58  .09  .71  .25  .52  .90  .17  .36
    marker      0    0    1    0    0    0    0    0    0    0    1    0    0    0    0
    evidence              *                                       *
    gap                                                                1    2    3
    answer                                                                     .12 * .25 = .03

The twin of `adding`: sequences are the same, only the answer is the product. A network that adds up
what it sees cannot solve it. Products are small: someone who has not seen the marked numbers does
best to say 0.04, which is right within 0.04 for 28 in 100 samples.

**Variants.**

- `exact_gap`: as above. Learned if 95 % of held-out samples are right within 0.04.
- `hochreiter_1997`: marks at one of the first 10 steps and at one of the first T/2 - 1 others;
  sequences have T to T + T/10 steps and are padded with zeros at the right; the first and the last
  marker are -1, and a number marked at step 0 counts as 1, since its mark is not to be seen. It
  takes `length`, the T of the paper, instead of `gap`. The paper trains until fewer than 13 of the
  2,000 most recent sequences are off by 0.04 or more; here it is that share of held-out ones.

**Train and test.** The first number tells the part, so no sequence is in both (`marked_numbers`).

**Size.** 8 bytes a step: the 4,096 training samples take 0.4 MB + 33 kB for each step of the gap.
Everything is generated: no licence, nothing to download.
"""

import dataclasses
import functools
import math

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.sources import marked_numbers
from keras_rnn_study.datasets.task import Task, with_variants

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_HIDDEN = marked_numbers.hidden_share(100)

_EXACT = Task(
    name="multiplication",
    variant="exact_gap",
    summary="Multiply the two marked numbers.",
    example=".31 .80 .12* .65 .44 .97 .23 .58 .09 .71 .25* .52 .90 .17 .36 -> .03",
    source='After Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), '
    "1997, experiment 5, with an exact gap.",
    input_shape=(None, 2),
    input_dtype="float32",
    tolerance=0.04,
    # Products have the density -log(z), which is largest at 0: the part below 0.08.
    chance=0.08 * (1 - math.log(0.08)),
    success=0.95,
    blind_loss=lambda gap: _variance(0),
    read_input=marked_numbers.read,
    read_answer=reading.number,
)

TASK = with_variants(
    _EXACT,
    dataclasses.replace(
        _EXACT,
        variant="hochreiter_1997",
        source='Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), '
        "1997, experiment 5.",
        padded=True,
        # Some products are of a single number; with the paper's length, less with a shorter one.
        chance=(1 - _HIDDEN) * _EXACT.chance + _HIDDEN * 0.08,
        success=1 - 13 / 2000,
        blind_loss=lambda length: _variance(marked_numbers.hidden_share(length)),
        size_name="length",
        min_size=marked_numbers.MIN_LENGTH,
    ),
)


@documented
def load_data(
    gap: int | None = None,
    *,
    num_train: int = 4096,
    num_test: int = 1024,
    seed: int = 0,
    variant: str = "exact_gap",
    length: int | None = None,
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sequence.

    Example:
        >>> from keras_rnn_study.datasets import multiplication
        >>> (x_train, y_train), (x_test, y_test) = multiplication.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 62, 2), (4096, 1), (1024, 62, 2), (1024, 1))
    """
    return sampling.load_data(_drawing(variant, gap, length), num_train, num_test, seed)


def make(
    num_samples: int,
    *,
    gap: int | None = None,
    seed: int,
    variant: str = "exact_gap",
    length: int | None = None,
) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of steps between the second marked number and the answer.
        variant: One of the definitions above.
        length: For `hochreiter_1997`, instead of `gap`: the T of the paper, 20 or more.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, time, 2)`: a number from 0 to 1, and 1 where it is marked, else
        0 (-1 at the ends in `hochreiter_1997`). `time` is `gap` + 12, or `length` + `length` // 10,
        padded with zeros. `y`: float32, `(num_samples, 1)`,
        from 0 to 1.

    Raises:
        ValueError: A number is missing, too small or not a whole number, or the variant is
            unknown.

    Example:
        >>> from keras_rnn_study.datasets import multiplication
        >>> x, y = multiplication.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 15, 2), dtype('float32'), (64, 1), dtype('float32'))
    """
    return sampling.make(_drawing(variant, gap, length), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the two marked ones.

    Example:
        >>> from keras_rnn_study.datasets import multiplication
        >>> x, y = multiplication.make(1, gap=3, seed=1)
        >>> multiplication.evidence(x).nonzero()[1]
        array([ 8, 10])
    """
    return TASK.inputs(x)[..., 1] == 1


@documented
def stream(
    batch_size: int,
    *,
    gap: int | None = None,
    seed: int,
    start: int = 0,
    variant: str = "exact_gap",
    length: int | None = None,
) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(variant, gap, length), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the numbers, with a star where one is marked.

    Example:
        >>> from keras_rnn_study.datasets import multiplication
        >>> x, y = multiplication.make(1, gap=3, seed=1)
        >>> " ".join(multiplication.tokens(x)[0])
        '0.02 0.70 0.83 0.17 0.83 0.65 0.55 0.32 0.38* 0.10 0.42* 0.81 0.79 0.15 0.19'
    """
    return TASK.read(x)


def _drawing(variant: str, gap: int | None, length: int | None) -> sampling.Draw:
    size = TASK.of(variant).size(gap=gap, length=length)
    draw = _draw_exact_gap if variant == "exact_gap" else _draw_hochreiter
    return functools.partial(draw, size)


def _draw_exact_gap(
    gap: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    numbers = marked_numbers.with_exact_gap(generator, num_samples, gap, held_out)
    return numbers.inputs(), numbers.marked().prod(axis=1, keepdims=True)


def _draw_hochreiter(
    length: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    x, marked = marked_numbers.hochreiter_1997(generator, num_samples, length, 0, held_out)
    return x, np.nanprod(marked, axis=1, keepdims=True)


def _variance(hidden: float) -> float:
    """Return the variance of products of which that share has one factor only."""
    mean = (1 - hidden) / 4 + hidden / 2
    return (1 - hidden) / 9 + hidden / 3 - mean**2
