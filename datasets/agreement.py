"""Is or are? The subject decides, and nouns of either number stand between it and the verb.

One sample by hand, with gap 7:

    step        0    1     2     3    4    5        6   7    8      9
    x           the  keys  near  the  old  cabinet  by  the  doors  ___
    evidence         *
    gap                    1     2    3    4        5   6    7
    answer                                                          are -> y = 1

The subject, always the second word, is the evidence: the key is, the keys are. In `x` each word is
a number, and which of them are plurals must be learned, for each of 48 nouns. `gap` words follow,
and the answer is due at the blank. Every noun among them is singular or plural by the toss of a
coin of its own. So neither the last noun nor the majority says anything about the subject, and
without it nothing beats guessing: 1 in 2.

From gap 3 on the words are (`gap` + 2) // 4 phrases of 3 to 6 words, from "near the doors" to "seen
near the big old doors". Words that may be missing, "seen", "big", "old", are shared out among the
phrases at random, as many as it takes for the last one to end just before the blank. Shorter gaps
have adverbs: "the keys upstairs ___" (1), "the keys over there ___" (2).

**Train and test.** Number the nouns from 0 to 47, singular and plural alike: in the held-out part
the numbers of subject and distractors add up to a multiple of 48, and nowhere else. Every noun is
then equally frequent in each place, whether it is singular or plural remains a matter of chance,
and no test sentence occurs in training, however long one trains. This needs a second noun, so a gap
of at least 3. Shorter gaps have few sentences, in both parts.

**Size.** 4 bytes a step: the 4,096 training samples take 49 kB + 16 kB for each step of the gap.
The words are this project's own: no licence, nothing to download.

**Differences from the source.** These are synthetic sentences, not a corpus. Linzen et al. take
theirs from Wikipedia, up to the verb, and ask for its number; gaps, and the nouns in them, are as
they come. The test of success is ours.
"""

import functools

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_SINGULARS_AND_PLURALS = """
    baby babies  basket baskets  bench benches  boat boats  bottle bottles  box boxes
    bridge bridges  brush brushes  bucket buckets  bus buses  cabinet cabinets  calf calves
    candle candles  chair chairs  child children  church churches  clock clocks  cottage cottages
    dish dishes  door doors  farmer farmers  fence fences  fox foxes  goose geese  horse horses
    key keys  ladder ladders  lady ladies  lamp lamps  loaf loaves  man men  mirror mirrors
    mouse mice  ox oxen  picture pictures  pony ponies  scarf scarves  shelf shelves
    singer singers  statue statues  table tables  teacher teachers  thief thieves  tree trees
    wagon wagons  window windows  wolf wolves  woman women
"""
_NOUNS = _SINGULARS_AND_PLURALS.split()
_NUM_NOUNS = len(_NOUNS) // 2

# What else a phrase is made of, in this order; none of it has a number.
_PARTICIPLES = ["found", "hidden", "left", "noticed", "painted", "pictured", "seen", "shown"]
_PREPOSITIONS = ["above", "behind", "below", "beside", "beyond", "by", "near", "opposite"]
_SIZES = ["big", "famous", "huge", "little", "lovely", "odd", "plain", "tiny"]
_STATES = ["clean", "dusty", "grey", "muddy", "new", "old", "pale", "wet"]
# Adverbs of place, and what can be said before the first two of them.
_PLACES = ["here", "there", "downstairs", "indoors", "inside", "nearby", "outside", "upstairs"]
_DIRECTIONS = ["around", "back", "down", "in", "out", "over", "right", "up"]
_NUM_CHOICES = 8  # in each of these six

_WORDS = ["", "the", "___", *_NOUNS, *_PARTICIPLES, *_PREPOSITIONS, *_SIZES, *_STATES]
_WORDS += [*_PLACES, *_DIRECTIONS]
_THE, _BLANK, _FIRST_NOUN = 1, 2, 3  # 0 is padding, which is not needed
_FIRST_PLACE, _FIRST_DIRECTION = _WORDS.index(_PLACES[0]), _WORDS.index(_DIRECTIONS[0])

# A phrase of six words, such as "seen near the big old doors", and its first choice of each.
_FIRST_CHOICES = [_PARTICIPLES[0], _PREPOSITIONS[0], "the", _SIZES[0], _STATES[0], _NOUNS[0]]
_PHRASE = np.array([_WORDS.index(word) for word in _FIRST_CHOICES])
_ARTICLE, _NOUN = 2, 5
_OPTIONAL = [0, 3, 4]  # the participle and the adjectives
_SHORTEST = len(_PHRASE) - len(_OPTIONAL)

TASK = Task(
    name="agreement",
    summary="Say whether the verb is singular or plural, `gap` words after its subject.",
    example="the keys near the old cabinet ___ -> are",
    source="Synthetic sentences of this project, not a corpus. After Linzen, Dupoux & Goldberg, "
    '"Assessing the Ability of LSTMs to Learn Syntax-Sensitive Dependencies", TACL 4, 2016, '
    "arXiv:1611.01368.",
    input_shape=(None,),
    input_dtype="int32",
    vocabulary_size=len(_WORDS),
    num_classes=2,
    chance=1 / 2,
    success=0.95,
    disjoint_from=_SHORTEST,
    read_input=reading.words(lambda: _WORDS),
    read_answer=reading.classes(("is", "are")),
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sentence if `gap` is at least 3.

    Example:
        >>> from keras_rnn_study.datasets import agreement
        >>> (x_train, y_train), (x_test, y_test) = agreement.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 53), (4096,), (1024, 53), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of words between the subject and the blank.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: int32, `(num_samples, gap + 3)`, from 1 to 146; 0 is kept for padding, which this task
        does not need. `y`: int32, `(num_samples,)`: 0 for "is", 1 for "are".

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.

    Example:
        >>> from keras_rnn_study.datasets import agreement
        >>> x, y = agreement.make(64, gap=10, seed=1)
        >>> " ".join(agreement.TASK.read_input(x[0])), agreement.TASK.read_answer(y[0])
        ('the baby seen above the oxen by the statues opposite the bench ___', 'is')
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the step that decides the answer: the subject's.

    Example:
        >>> from keras_rnn_study.datasets import agreement
        >>> x, y = agreement.make(1, gap=3, seed=1)
        >>> agreement.evidence(x)
        array([[False,  True, False, False, False, False]])
    """
    steps = np.zeros(TASK.inputs(x).shape, bool)
    steps[:, 1:2] = True
    return steps


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: the words.

    Example:
        >>> from keras_rnn_study.datasets import agreement
        >>> x, y = agreement.make(1, gap=3, seed=1)
        >>> agreement.tokens(x)
        [['the', 'baby', 'beyond', 'the', 'statues', '___']]
    """
    return TASK.read(x)


def _drawing(gap: int) -> sampling.Draw:
    return functools.partial(_draw, TASK.size(gap=gap))


def _draw(
    gap: int, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    num_phrases = (gap + 2) // 4 if gap >= _SHORTEST else 0
    nouns = generator.integers(_NUM_NOUNS, size=(num_samples, 1 + num_phrases))
    sampling.mark_part(nouns, _NUM_NOUNS, generator, held_out)
    plural = generator.integers(2, size=nouns.shape)
    nouns = _FIRST_NOUN + 2 * nouns + plural

    x = np.empty((num_samples, gap + 3), "int32")  # (batch, time)
    x[:, 0] = _THE
    x[:, 1] = nouns[:, 0]
    if num_phrases:
        x[:, 2:-1] = _phrases(generator, nouns[:, 1:], gap)
    elif gap:
        x[:, 2:-1] = _adverbs(generator, num_samples, gap)
    x[:, -1] = _BLANK
    return x, plural[:, 0].astype("int32")


def _phrases(generator: np.random.Generator, nouns: np.ndarray, num_words: int) -> np.ndarray:
    """Put words before the nouns, `(batch, phrases)`, so that all are `num_words` in each row."""
    words = _PHRASE + generator.integers(_NUM_CHOICES, size=(*nouns.shape, len(_PHRASE)))
    words[..., _ARTICLE] = _THE
    words[..., _NOUN] = nouns

    # So many of the words that may be missing are there: in each row others, by its own shuffle.
    num_optional = num_words - _SHORTEST * nouns.shape[1]
    shuffled = generator.random((len(nouns), nouns.shape[1] * len(_OPTIONAL))).argsort(axis=1)
    said = np.ones(words.shape, bool)
    said[..., _OPTIONAL] = (shuffled < num_optional).reshape(*nouns.shape, len(_OPTIONAL))
    return words[said].reshape(len(nouns), num_words)


def _adverbs(generator: np.random.Generator, num_samples: int, num_words: int) -> np.ndarray:
    """Say where: "upstairs", or "over there"."""
    if num_words == 1:
        return _FIRST_PLACE + generator.integers(_NUM_CHOICES, size=(num_samples, 1))
    direction = _FIRST_DIRECTION + generator.integers(_NUM_CHOICES, size=num_samples)
    here_or_there = _FIRST_PLACE + generator.integers(2, size=num_samples)
    return np.stack([direction, here_or_there], axis=1)
