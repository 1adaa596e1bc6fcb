"""Name the language of a country mentioned some words ago, in sentences of plain prose.

One sample by hand, with gap 7:

    step        0  1    2  3  4       5    6    7  8      9  10    11     12
    x           I  grew up in Denmark Snow fell all night I  speak fluent ___
    evidence                  *
    gap                               1    2    3  4      5  6     7
    answer                                                                Danish -> y = 4

The country is the evidence, `gap` words follow it, and the answer is due at the blank. In `x` each
word is a number, and a country's number says nothing about its language: which belongs to which
must be learned by heart, as in life. Then it must be remembered across the prose. Someone who has
not seen the country can guess 1 language in 44: languages are drawn uniformly, then one of the
language's countries, so that the 14 countries that speak English do not make it the best guess.

From gap 3 on the text is "I grew up in France ... I speak fluent ___", with whole sentences of
prose filling it up to the exact word. Shorter gaps have sentences that a person might say: "The
language of France ___" (0), "The language of France is ___" (1), "In France people speak ___" (2).

**Train and test.** The filler is split, not the countries: a country that was never seen in
training could not be answered by anyone. One sentence in five is held out for testing, so that no
test sentence opens with the same four words as a training sentence, and no test sequence with
filler occurs in training, however long one trains. Gaps too short for a sentence of filler (below
7 in English, below 10 in Chinese) have one sequence for each country, in both parts.

**Data and licences.** Names of 87 countries and 44 languages: Babel (BSD-3-Clause) with CLDR data
(Unicode-3.0); other versions of Babel may have other names, so "same bytes" holds for one version.
English and Chinese prose: neutral sentences of this project, under its licence. Any text file of
yours can take their place. `TASK.read_input` reads the built-in English; `tokens` can be told
another language and text.

**Size.** 4 bytes a word: the 4,096 training samples take 0.1 MB + 16 kB for each word of the gap.
"""

import functools
import os

import numpy as np

from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.sources import corpus
from keras_rnn_study.datasets.sources.country_languages import (
    COUNTRIES_PER_LANGUAGE,
    NUM_COUNTRIES,
    NUM_LANGUAGES,
    language_names,
)
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_COUNTRIES_PER_LANGUAGE = np.array(COUNTRIES_PER_LANGUAGE)
_FIRST_COUNTRY_OF_LANGUAGE = (
    corpus.FIRST_COUNTRY + np.cumsum(_COUNTRIES_PER_LANGUAGE) - _COUNTRIES_PER_LANGUAGE
)

TASK = Task(
    name="language",
    summary="Name the language of a country mentioned `gap` words ago, in plain prose.",
    example="I grew up in France ... I speak fluent ___ -> French",
    source='The example of Christopher Olah, "Understanding LSTM Networks", 2015; names from CLDR '
    "(Babel), prose of this project.",
    input_shape=(None,),
    input_dtype="int32",
    vocabulary_size=corpus.VOCABULARY_SIZE,
    num_classes=NUM_LANGUAGES,
    chance=1 / NUM_LANGUAGES,
    success=0.95,
    disjoint_from=7,  # in English; 10 in Chinese
    read_input=reading.words(lambda: corpus.load("en").words),
    read_answer=lambda answer: language_names("en")[int(answer)],
)


@documented
def load_data(
    gap: int,
    *,
    num_train: int = 4096,
    num_test: int = 1024,
    seed: int = 0,
    language: str = "en",
    text: str | os.PathLike[str] | None = None,
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no sentence of filler.

    Example:
        >>> from keras_rnn_study.datasets import language
        >>> (x_train, y_train), (x_test, y_test) = language.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 56), (4096,), (1024, 56), (1024,))
    """
    return sampling.load_data(_drawing(gap, language, text), num_train, num_test, seed)


def make(
    num_samples: int,
    *,
    gap: int,
    seed: int,
    language: str = "en",
    text: str | os.PathLike[str] | None = None,
) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of words between the country and the blank.
        language: Language of the text, "en" or "zh" (Chinese).
        text: Path of a UTF-8 text file to take the filler from; `None` for the prose built in. A
            Chinese file may have spaces between words; else each character counts as a word.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: int32, `(num_samples, time)`, from 1 to 1999; 0 is kept for padding, which this task
        does not need. `time` is `gap` + 6 from gap 3 on in English. `y`: int32, `(num_samples,)`,
        from 0 to 43: the languages of `country_languages.language_names`.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number; the language is unknown; the file cannot be read, has too few
            sentences, or none that fill the gap.

    Example:
        >>> from keras_rnn_study.datasets import language
        >>> from keras_rnn_study.datasets.sources import corpus
        >>> x, y = language.make(1, gap=6, seed=1)
        >>> corpus.load("en").read(x)
        ['I grew up in Mauritania which is why I speak fluent ___']
    """
    return sampling.make(_drawing(gap, language, text), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: the country's.

    Example:
        >>> from keras_rnn_study.datasets import language
        >>> x, y = language.make(1, gap=2, seed=1)  # In ... people speak ___
        >>> language.evidence(x)
        array([[False,  True, False, False, False]])
    """
    x = TASK.inputs(x)
    return (x >= corpus.FIRST_COUNTRY) & (x < corpus.FIRST_COUNTRY + NUM_COUNTRIES)


@documented
def stream(
    batch_size: int,
    *,
    gap: int,
    seed: int,
    start: int = 0,
    language: str = "en",
    text: str | os.PathLike[str] | None = None,
) -> sampling.Stream:
    """Stream fresh batches without end, with filler from the training sentences."""
    return sampling.stream(_drawing(gap, language, text), batch_size, seed, start)


@documented
def tokens(
    x: np.ndarray, *, language: str = "en", text: str | os.PathLike[str] | None = None
) -> list[list[str]]:
    """Say what stands at each step, for people: the words of that language and that text.

    Example:
        >>> from keras_rnn_study.datasets import language
        >>> x, y = language.make(1, gap=8, seed=1, language="zh")
        >>> [" ".join(words) for words in language.tokens(x, language="zh")]
        ['我 在 毛里塔尼亚 长大 所以 我 现在 会 说 流利 的 ___']
    """
    read = reading.words(lambda: corpus.load(language, text).words)
    return [read(sample) for sample in TASK.inputs(x)]


def _drawing(gap: int, language: str, text: str | os.PathLike[str] | None) -> sampling.Draw:
    gap = TASK.size(gap=gap)
    source = corpus.load(language, text)
    return functools.partial(_draw, source, source.frame(gap))


def _draw(
    source: corpus.Corpus,
    frame: corpus.Frame,
    generator: np.random.Generator,
    num_samples: int,
    held_out: bool,
) -> sampling.Samples:
    labels = generator.integers(NUM_LANGUAGES, size=num_samples)
    countries = _FIRST_COUNTRY_OF_LANGUAGE[labels] + generator.integers(
        _COUNTRIES_PER_LANGUAGE[labels]
    )
    filler = source.held_out if held_out else source.training
    prose = filler.draw(generator, num_samples, frame.num_filler)  # (batch, words)

    # before | country | after | prose | ending
    x = np.empty((num_samples, frame.time), dtype="int32")  # (batch, time)
    country = len(frame.before)
    ending = frame.time - len(frame.ending)
    x[:, :country] = frame.before
    x[:, country] = countries
    x[:, country + 1 : ending - frame.num_filler] = frame.after
    x[:, ending - frame.num_filler : ending] = prose
    x[:, ending:] = frame.ending
    return x, labels.astype("int32")
