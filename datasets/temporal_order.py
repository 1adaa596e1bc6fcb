"""Say in which order the signals came: memory for what was seen, and for what was first.

One sample by hand, with gap 3. The signals are X and Y, the distractors a to d; "E" opens the
sequence and "B" asks:

    step        0   1  2  3  4  5  6  7  8  9 10  11  12 13 14  15
    x           E   b  d  a  X  c  c  a  d  b  a   Y   d  a  c   B
    evidence                 *                     *
    gap                                                1  2  3
    answer                                                       XY -> y = 1

One of the steps 1 to 10 has the first signal, step 11 the second. Then come `gap` distractors, and
the answer, one of XX, XY, YX and YY, is due at the last step. To know which signals came is not
enough: XY and YX differ in their order only. Without the signals nothing beats guessing: 1 in 4.

**Variants.** The literature puts the last signal at a random step, too, so its definitions take
`length`, the T of their source, instead of `gap`:

- `exact_gap`: as above. Learned if 95 % of held-out samples are right.
- `exact_gap_three`: three signals, 8 classes. The first is at one of the steps 1 to 10, the second
  at one of the steps 11 to 20, the third at step 21; then come `gap` distractors and the B.
- `hochreiter_1997`: two signals, at steps T/10 to T/5 and T/2 to 3T/5: 10-20 and 50-60 at the
  paper's T = 100. Right if the errors of all outputs are below 0.3; learned if 99 % are right.
- `hochreiter_1997_three`: three signals, at 10-20, 33-43 and 66-76 at T = 100; windows start at
  T/10, T/3 and 2T/3.
- `pascanu_2013`: two signals, each in a window of T // 10 steps, from step T // 10 and from step
  T // 2. No E and no B, so that there are 6 features. Learned if 99 % are right.

In both of `hochreiter_1997` sequences have T to T + T/10 steps and are padded with zeros at the
right. The paper has T = 100 only; other lengths scale its windows, with fractions dropped. It does
not say whether it counts steps from 0 or from 1; here E is step 0. It stops when the 2,000 most
recent sequences were right and the mean training error is below 0.1; here it is 99 % of held-out
ones. Its outputs are logistic units; a model with a softmax is held to the same 0.3. In
`pascanu_2013` the windows are those of the authors' program, and its symbols A and B are called X
and Y here. The paper's test is this one: less than 1 % of 10,000 new sequences wrong. It trains on
mixed lengths, too; here all sequences have one. The two exact variants, and their 95 %, are ours.

**Train and test.** A sequence is held out for testing if the numbers of its distractors (a = 0
... d = 3) add up to a multiple of 4. Every single distractor is then equally frequent in both
parts, signals do not count, and no test sequence occurs in training, however long one trains.

**Size.** 32 bytes a step, 24 in `pascanu_2013`: the 4,096 training samples take 1.7 MB, 3.0 MB
with three signals, + 0.13 MB for each step of the gap. Everything is generated: no licence,
nothing to download.
"""

import dataclasses
import functools
import itertools
from collections.abc import Callable

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.sources import ordered_signals
from keras_rnn_study.datasets.task import Task, with_variants

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NAMES = ordered_signals.SYMBOLS
_LSTM_PAPER = (
    'Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997, experiment'
)


def _name_order(num_signals: int) -> Callable[[np.ndarray], str]:
    orders = itertools.product("XY", repeat=num_signals)
    return reading.classes(["".join(order) for order in orders])


def _read(sample: np.ndarray) -> list[str]:
    """Name the symbols of one sample, `(time, features)`; without E and B there are six."""
    return reading.one_hot(_NAMES[-sample.shape[-1] :])(sample)


_EXACT = Task(
    name="temporal_order",
    variant="exact_gap",
    summary="Say in which order two signals came.",
    example="E b d a X c c a d b a Y d a c B -> XY",
    source=f"After {_LSTM_PAPER} 6a, with an exact gap.",
    input_shape=(None, len(_NAMES)),
    input_dtype="float32",
    num_classes=4,
    chance=1 / 4,
    success=0.95,
    read_input=_read,
    read_answer=_name_order(2),
)
_EXACT_THREE = dataclasses.replace(
    _EXACT,
    variant="exact_gap_three",
    summary="Say in which order three signals came.",
    example="E b d a X c c a d b a d Y c b a b d c a c X d a c B -> XYX",
    source=f"After {_LSTM_PAPER} 6b, with an exact gap.",
    num_classes=8,
    chance=1 / 8,
    read_answer=_name_order(3),
)
_RANDOM_STEPS, _RANDOM_STEPS_THREE = (
    dataclasses.replace(task, success=0.99, size_name="length", min_size=10)
    for task in (_EXACT, _EXACT_THREE)
)

TASK = with_variants(
    _EXACT,
    _EXACT_THREE,
    dataclasses.replace(
        _RANDOM_STEPS,
        variant="hochreiter_1997",
        source=f"{_LSTM_PAPER} 6a.",
        padded=True,
        tolerance=0.3,
    ),
    dataclasses.replace(
        _RANDOM_STEPS_THREE,
        variant="hochreiter_1997_three",
        source=f"{_LSTM_PAPER} 6b.",
        padded=True,
        tolerance=0.3,
    ),
    dataclasses.replace(
        _RANDOM_STEPS,
        variant="pascanu_2013",
        example="b X a c a Y d c a b -> XY",
        source='Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural '
        'networks", ICML 2013, arXiv:1211.5063.',
        input_shape=(None, len(_NAMES) - ordered_signals.FRAME),
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
        >>> from keras_rnn_study.datasets import temporal_order
        >>> (x_train, y_train), (x_test, y_test) = temporal_order.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 63, 8), (4096,), (1024, 63, 8), (1024,))
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
        gap: Number of distractors between the last signal and the B.
        variant: One of the definitions above.
        length: For the variants without an exact gap, instead of `gap`: the T of their source, 10
            or more.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, time, 8)`, one-hot: features 0 and 1 are E and B, 2-5 the
        distractors, 6 and 7 the signals; `pascanu_2013` has the last six only. `time` is `gap` +
        13, `gap` + 23 with three signals, `length` + `length` // 10 in `hochreiter_1997`, and
        `length` in `pascanu_2013`. `y`: int32, `(num_samples,)`: XX, XY, YX, YY from 0 to 3; with
        three signals XXX, XXY, ... YYY from 0 to 7.

    Raises:
        ValueError: A number is missing, too small or not a whole number, or the variant is
            unknown.

    Example:
        >>> from keras_rnn_study.datasets import temporal_order
        >>> x, y = temporal_order.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 16, 8), dtype('float32'), (64,), dtype('int32'))
        >>> x, y = temporal_order.make(64, variant="pascanu_2013", length=200, seed=1)
        >>> x.shape
        (64, 200, 6)
    """
    return sampling.make(_drawing(variant, gap, length), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: those of the signals.

    Example:
        >>> from keras_rnn_study.datasets import temporal_order
        >>> x, y = temporal_order.make(1, gap=3, seed=1)
        >>> temporal_order.evidence(x).nonzero()[1]
        array([ 4, 11])
    """
    return np.any(TASK.inputs(x)[..., -ordered_signals.SIGNALS :], axis=-1)


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
    """Say what stands at each step, for people: the symbols.

    Example:
        >>> from keras_rnn_study.datasets import temporal_order
        >>> x, y = temporal_order.make(1, gap=3, seed=1)
        >>> temporal_order.tokens(x)
        [['E', 'd', 'a', 'd', 'X', 'b', 'c', 'a', 'd', 'a', 'c', 'Y', 'd', 'b', 'a', 'B']]
    """
    return TASK.read(x)


def _drawing(variant: str, gap: int | None, length: int | None) -> sampling.Draw:
    size = TASK.of(variant).size(gap=gap, length=length)
    return functools.partial(ordered_signals.draw, _layout(variant, size))


def _layout(variant: str, size: int) -> ordered_signals.Layout:
    if variant == "exact_gap":
        return ordered_signals.Layout(((1, 10), (11, 11)), size + 13, size + 13)
    if variant == "exact_gap_three":
        return ordered_signals.Layout(((1, 10), (11, 20), (21, 21)), size + 23, size + 23)
    tenth, half, third = size // 10, size // 2, size // 3
    if variant == "pascanu_2013":
        windows = tuple((1 + first, first + tenth) for first in (tenth, half))
        return ordered_signals.Layout(windows, size + 2, size + 2, framed=False)
    starts = (tenth, third, 2 * size // 3) if variant.endswith("three") else (tenth, half)
    return ordered_signals.Layout(
        tuple((first, first + tenth) for first in starts), size, size + tenth
    )
