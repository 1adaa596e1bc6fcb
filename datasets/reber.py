"""Predict the next symbol of a string of the embedded Reber grammar, and one symbol from far back.

One sample by hand, with gap 4. The target at each step is the next symbol:

    step        0  1  2  3  4  5  6  7
    x           B  P  B  T  X  S  E  P
    evidence       *
    gap               1  2  3  4
    target      P  B  T  X  S  E  P  E
    due                           *

A string is B, then T or P, then an inner Reber string, then the same T or P again, then E. The T or
P at step 1 is the evidence. The `gap` + 1 symbols of the inner string follow, and at the last of
them the answer is due: the T or P. The inner string is a way through this graph from node 0 to the
end, each of a node's two edges with probability 1/2:

    B -> 0    0 -T-> 1    1 -S-> 1    2 -T-> 2    3 -X-> 2    4 -P-> 3    5 -E-> end
              0 -P-> 2    1 -X-> 3    2 -V-> 4    3 -S-> 5    4 -V-> 5

so BTXSE, BPVVE and BTSXXTVVE are inner strings. Most next symbols cannot be known, only that they
are one of two. Someone who knows all this but has not seen the evidence guesses the answer: 1 in 2.
`TASK.baseline_loss(gap)` is that person's cross-entropy in the mean over all steps, exactly: the
entropy of the inner string, and log 2 for the outer symbol twice, as a target and as the answer,
divided by the number of steps. The score, `TASK.scores`, counts the answer only.

**Variants.**

- `exact_gap`: as above. Of all inner strings with exactly `gap` + 1 symbols each is equally likely,
  for that is what the graph's probabilities come to when the length is given. The shortest have 5,
  BTXSE and BPVVE; for gaps 0 to 3 the inner string is the end of one of the two: E, SE or VE, XSE
  or VVE, TXSE or PVVE.
- `hochreiter_1997`: as long as the graph makes them, 12 symbols in the mean, but none longer than
  `length`, which this variant takes instead of `gap`; longer ones are drawn again. Padded with
  zeros at the right, where `y` is 0. Under a mask Keras takes the mean over the real steps of a
  batch. The baseline is a string's expected loss over its expected steps: that of a large batch.

**Train and test.** Write an inner string as a number, with the letters in alphabetical order as
digits: B 0, E 1, P 2, S 3, T 4, V 5, X 6; BTXSE is 04631. A string is held out for testing if that
is a multiple of 7. Strings are drawn under this condition, none is rejected, and the outer symbol
is drawn apart from it. So no test string occurs in training, however long one trains. This needs
a gap of at least 22. Shorter strings are in both parts, and so are all of `hochreiter_1997`, most
of which are short: who predicts every symbol of few strings learns the rule of the split too, and
is lost where it is broken. (A GRU of 128 units predicted held-out strings worse than someone blind
when gap 12 was split; at gap 22 nothing was left of that.)

**Size.** 32 bytes a step: the 4,096 training samples take 0.5 MB + 0.13 MB for each step of the
gap. Everything is generated: no licence, nothing to download.

**Differences from the paper.** It has 256 strings for training and 256 others for testing, and a
trial succeeds if at every step the symbols that may come next are the most active ones. Here
strings are fresh without end, and 95 % of the answers due must be right. (The number 256 and the
test of success are quoted from memory.)
"""

import dataclasses
import functools
import math

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.sources import reber_grammar
from keras_rnn_study.datasets.task import Task, with_variants

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NAMES = reber_grammar.SYMBOLS
# What tokens are as inputs and as targets: the last E is no input; past the end there is neither.
_INPUT = np.vstack([np.eye(7), np.zeros((2, 7))]).astype("float32")
_TARGET = np.array([*range(7), _NAMES.index("E"), 0], "int32")
_EXACT = Task(
    name="reber",
    variant="exact_gap",
    summary="Predict the next symbol; near the end it is the second one again.",
    example="B P B T X S E -> P",
    source='After Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), '
    "1997, experiment 1, with an exact gap; the grammar is that of Cleeremans, Servan-Schreiber & "
    "McClelland, Neural Computation 1(3), 1989.",
    input_shape=(None, len(_NAMES)),
    input_dtype="float32",
    num_classes=len(_NAMES),
    every_step=True,
    due=(-2, -2),
    chance=1 / 2,
    success=0.95,
    blind_loss=lambda gap: _blind_loss("exact_gap", gap),
    disjoint_from=reber_grammar.SPLIT_FROM - 1,
    read_input=reading.one_hot(_NAMES),
    read_answer=reading.classes(_NAMES),
)

TASK = with_variants(
    _EXACT,
    dataclasses.replace(
        _EXACT,
        variant="hochreiter_1997",
        source='Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), '
        "1997, experiment 1; the grammar is that of Cleeremans, Servan-Schreiber & McClelland, "
        "Neural Computation 1(3), 1989.",
        padded=True,
        blind_loss=lambda length: _blind_loss("hochreiter_1997", length),
        size_name="length",
        min_size=reber_grammar.SHORTEST + reber_grammar.FRAME,
        disjoint_from=None,
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
    """Load a training set and a test set that share no string if `gap` is at least 22.

    Example:
        >>> from keras_rnn_study.datasets import reber
        >>> (x_train, y_train), (x_test, y_test) = reber.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 54, 7), (4096, 54), (1024, 54, 7), (1024, 54))
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
        gap: Number of symbols between the outer symbol and the step that asks for it.
        variant: One of the definitions above.
        length: For `hochreiter_1997`, instead of `gap`: the number of symbols of the longest string
            that is kept.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, time, 7)`: the symbols but for the last E, one-hot in the order
        B, T, P, S, X, V, E. `y`: int32, `(num_samples, time)`, from 0 to 6: at each step the next
        symbol. `time` is `gap` + 4, or `length` - 1, with zeros in `x` and `y` where a string has
        ended.

    Raises:
        ValueError: A number is missing, too small or not a whole number, or the variant is
            unknown.

    Example:
        >>> from keras_rnn_study.datasets import reber
        >>> x, y = reber.make(64, gap=8, seed=1)
        >>> " ".join(reber.TASK.read_input(x[0]))
        'B T B P V P X T V V E T'
        >>> " ".join(map(reber.TASK.read_answer, y[0]))
        'T B P V P X T V V E T E'
        >>> x, y = reber.make(64, variant="hochreiter_1997", length=30, seed=1)
        >>> x.shape, y.shape
        ((64, 29, 7), (64, 29))
    """
    return sampling.make(_drawing(variant, gap, length), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the step that decides the answer: the outer symbol's.

    Example:
        >>> from keras_rnn_study.datasets import reber
        >>> x, y = reber.make(1, gap=4, seed=1)
        >>> reber.evidence(x)
        array([[False,  True, False, False, False, False, False, False]])
    """
    steps = np.zeros(TASK.inputs(x).shape[:2], bool)
    steps[:, 1:2] = True
    return steps


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
        >>> from keras_rnn_study.datasets import reber
        >>> x, y = reber.make(1, gap=4, seed=1)
        >>> reber.tokens(x)
        [['B', 'T', 'B', 'P', 'V', 'V', 'E', 'T']]
    """
    return TASK.read(x)


def _drawing(variant: str, gap: int | None, length: int | None) -> sampling.Draw:
    size = TASK.of(variant).size(gap=gap, length=length)
    return functools.partial(_draw, _inner_strings(variant, size))


def _inner_strings(variant: str, size: int) -> reber_grammar.InnerStrings:
    if variant == "hochreiter_1997":
        return reber_grammar.InnerStrings(size - reber_grammar.FRAME, may_be_shorter=True)
    longest = max(size + 1, reber_grammar.SHORTEST)
    return reber_grammar.InnerStrings(longest, left_out=longest - (size + 1))


def _draw(
    strings: reber_grammar.InnerStrings,
    generator: np.random.Generator,
    num_samples: int,
    held_out: bool,
) -> sampling.Samples:
    tokens = reber_grammar.draw(strings, generator, num_samples, held_out)
    return _INPUT.take(tokens[:, :-1], axis=0), _TARGET.take(tokens[:, 1:])


def _blind_loss(variant: str, size: int) -> float:
    """Compute the mean cross-entropy of who knows all but the outer symbol."""
    entropy, num_steps = reber_grammar.entropy(_inner_strings(variant, size))
    two_bits = 2 * math.log(2)  # of the outer symbol, as a target and as the answer
    return (entropy + two_bits) / num_steps
