"""Close the bracket that was opened a while ago, in real Python source.

One sample by hand, with gap 9. The source has `print(len(a[0]))`:

    step        0  1  2  3  4  5  6  7  8  9 10
    x           {  l  e  n  (  a  [  0  ]  )  ?
    evidence    *
    gap            1  2  3  4  5  6  7  8  9
    answer                                    } -> y = 2

The bracket at step 0 decides the answer. Then come `gap` characters of real source, and at the last
step, the "?", the question is due: which of ")", "]" and "}" closes here? All that was opened in
between has been closed in between. So only the first step counts, and without it nothing beats
guessing: 1 in 3.

The text is the library's, the pair of brackets around it is ours. The text is a stretch of one
file as it stands there: any one of `gap` characters whose brackets match and that begins and ends
with a whole word, a whole string or brackets (`datasets.sources.bracket_pieces`). All are equally
likely. Now and then a real pair stands around it, as above, and is replaced. Most often there is
none, and one is put there, as in `size = {len(a[0])}`: real pairs are seldom far apart. The kind
is drawn at random, whatever stood there. In real code most pairs are round, and what is inside
helps to tell the others: one could guess without any memory.

**Train and test.** About one file in five is for testing. From gap 5 on, pieces that training has
as well are left out of it, so no test sequence occurs in training. Shorter pieces are nearly all
in both parts; with gap 0 there are only the three brackets.

**Size.** 4 bytes a step: the 4,096 training samples take 33 kB + 16 kB for each step of the gap.
The library takes 60 MB more.

**Data and licence.** What is shown is the standard library of your own Python (PSF License 2.0),
which is read where it is installed when the task is first used, in less than half a second. Other
versions of Python have other texts, so "same bytes" holds for one version. There are about 10,000
pieces of 10 characters to train with and 1,500 to test with, 6,000 and 1,500 of 50, 4,000 and 1,000
of 1,000; long ones overlap. The largest gap is about 80,000, and a larger one is told it. Each
character is a token; all that are not printable ASCII or the end of a line are one, shown as
"\ufffd".
"""

import functools

import numpy as np

from keras_rnn_study.arguments import whole_number
from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.sources import bracket_pieces, python_source
from keras_rnn_study.datasets.sources.python_source import CHARACTERS, CLOSING, OPENING
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_OPENING_TOKENS = python_source.encode(OPENING)

TASK = Task(
    name="brackets",
    summary="Close the bracket that was put before `gap` characters of real Python source.",
    example="{len(a[0])? -> }",
    source="Real Python source (the standard library). Inspired by the cells that follow brackets "
    'in Karpathy, Johnson & Fei-Fei, "Visualizing and Understanding Recurrent Networks", 2015, '
    'arXiv:1506.02078, and by the XML task of Jozefowicz, Zaremba & Sutskever, "An Empirical '
    'Exploration of Recurrent Network Architectures", ICML 2015.',
    input_shape=(None,),
    input_dtype="int32",
    vocabulary_size=len(CHARACTERS),
    num_classes=len(CLOSING),
    chance=1 / len(CLOSING),
    success=0.95,
    disjoint_from=bracket_pieces.DISJOINT_FROM,
    read_input=reading.words(lambda: CHARACTERS),
    read_answer=reading.classes(CLOSING),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sequence if `gap` is at least 5.

    Example:
        >>> from keras_rnn_study.datasets import brackets
        >>> (x_train, y_train), (x_test, y_test) = brackets.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 52), (4096,), (1024, 52), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments and of this Python's library.

    Args:
        num_samples: Number of samples.
        gap: Number of characters between the bracket and the question.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: int32, `(num_samples, gap + 2)`, from 1 to 98: the tokens of
        `datasets.sources.python_source`; 0 is kept for padding, which this task does not need. `y`:
        int32, `(num_samples,)`: 0 for ")", 1 for "]", 2 for "}".

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number; `gap` is larger than the source can fill.
        FileNotFoundError: This Python has not brought the source of its library along.

    Example:
        >>> from keras_rnn_study.datasets import brackets
        >>> x, y = brackets.make(64, gap=7, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 9), dtype('int32'), (64,), dtype('int32'))
        >>> x, y = brackets.make(3, gap=0, seed=1)
        >>> [brackets.TASK.read_input(sample) for sample in x]
        [['(', '?'], ['{', '?'], ['{', '?']]
        >>> y
        array([0, 2, 2], dtype=int32)
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the first.

    Example:
        >>> from keras_rnn_study.datasets import brackets
        >>> x, y = brackets.make(1, gap=3, seed=1)
        >>> brackets.evidence(x)
        array([[ True, False, False, False, False]])
    """
    steps = np.zeros(TASK.inputs(x).shape, bool)
    steps[:, 0] = True
    return steps


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the characters, also blanks and ends of lines.

    Example:
        >>> from keras_rnn_study.datasets import brackets
        >>> x, y = brackets.make(1, gap=7, seed=1)
        >>> brackets.tokens(x)
        [['(', 'n', 'o', 't', '␣', 's', 'e', 'p', '?']]
    """
    return [[*map(reading.visible, names)] for names in TASK.read(x)]


def _drawing(gap: int) -> sampling.Draw:
    return functools.partial(_draw, *bracket_pieces.load(whole_number("gap", gap, at_least=0)))


def _draw(
    training: bracket_pieces.Pieces,
    held_out_pieces: bracket_pieces.Pieces,
    generator: np.random.Generator,
    num_samples: int,
    held_out: bool,
) -> sampling.Samples:
    pieces = held_out_pieces if held_out else training
    y = generator.integers(len(CLOSING), size=num_samples, dtype="int32")
    chosen = generator.integers(len(pieces.starts), size=num_samples)

    x = np.empty((num_samples, pieces.windows.shape[1] + 2), "int32")  # (batch, time)
    x[:, 0] = _OPENING_TOKENS[y]
    x[:, 1:-1] = pieces.take(chosen)
    x[:, -1] = python_source.QUERY
    return x, y
