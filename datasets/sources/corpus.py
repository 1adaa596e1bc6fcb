"""Everything that the `language` task draws its samples from: words, templates, filler."""

import dataclasses
import functools
import os
from collections import Counter
from collections.abc import Iterable

import numpy as np

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.datasets.sources import country_languages, prose
from keras_rnn_study.datasets.sources.filler import Filler

VOCABULARY_SIZE = 2000
"""Number of tokens, whatever the text; the most frequent words of the filler use up the rest."""

_SPECIAL = ("<pad>", "<unk>", "___")
_UNKNOWN = _SPECIAL.index("<unk>")
FIRST_COUNTRY = len(_SPECIAL)
"""Token of the first country; the countries' tokens follow one another in every language."""

# From short to long; "..." is where prose goes. For a gap, the first that can be filled is taken,
# so the last ones serve the few gaps that leave less room than the shortest sentence needs.
_TEMPLATES = {
    "en": (
        "The language of COUNTRY ___",
        "The language of COUNTRY is ___",
        "In COUNTRY people speak ___",
        "I grew up in COUNTRY ... I speak fluent ___",
        "I grew up in COUNTRY ... so I speak fluent ___",
        "I grew up in COUNTRY ... so now I speak fluent ___",
        "I grew up in COUNTRY ... which is why I speak fluent ___",
    ),
    "zh": (
        "哪 种 语言 属于 COUNTRY ___",
        "我 来自 COUNTRY 说 ___",
        "我 来自 COUNTRY 我 说 ___",
        "我 来自 COUNTRY 我 会 说 ___",
        "我 在 COUNTRY 长大 我 会 说 ___",
        "我 在 COUNTRY 长大 所以 我 会 说 ___",
        "我 在 COUNTRY 长大 ... 我 会 说 流利 的 ___",
        "我 在 COUNTRY 长大 ... 所以 我 会 说 流利 的 ___",
        "我 在 COUNTRY 长大 ... 所以 我 现在 会 说 流利 的 ___",
        "我 在 COUNTRY 长大 ... 所以 我 现在 也 会 说 流利 的 ___",
    ),
}

# One opening in five is held out. Sentences have at least MIN_WORDS words, so two texts whose
# first sentences open differently differ, whatever follows.
_HELD_OUT_EVERY = 5
_OPENING = slice(prose.MIN_WORDS)


@dataclasses.dataclass(frozen=True)
class Frame:
    """The words of a template around the country and the prose, as tokens."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    ending: tuple[int, ...]
    num_filler: int

    @property
    def time(self) -> int:
        """Number of words of the whole text, the blank at its end included."""
        return len(self.before) + 1 + len(self.after) + self.num_filler + len(self.ending)


@dataclasses.dataclass(frozen=True)
class Corpus:
    """Words, templates and filler in one language.

    Attributes:
        language: "en" or "zh".
        words: The word of each token.
        training: Filler for training.
        held_out: Filler for testing; no sentence opens as a sentence of `training` does.
    """

    language: str
    words: tuple[str, ...]
    training: Filler
    held_out: Filler

    @functools.cached_property
    def tokens(self) -> dict[str, int]:
        """The token of each word."""
        return {word: token for token, word in enumerate(self.words)}

    def frame(self, gap: int) -> Frame:
        """Choose the template that puts exactly `gap` words between the country and the blank.

        Raises:
            ValueError: No choice of whole sentences has the number of words that is left.
        """
        frame = self._find_frame(gap)
        if frame is None:
            longer = range(gap + 1, gap + 2 * prose.MAX_WORDS)
            nearest = next((other for other in longer if self._find_frame(other)), None)
            advice = f"gap={nearest} can be filled; or give" if nearest else "Give"
            raise ValueError(
                f"gap={gap} cannot be filled to the exact word with whole sentences of this "
                f"text. {advice} a text with more, and shorter, sentences."
            )
        return frame

    def read(self, x: np.ndarray) -> list[str]:
        """Turn samples, `(batch, time)`, back into text for people.

        Example:
            >>> from keras_rnn_study.datasets import language
            >>> from keras_rnn_study.datasets.sources import corpus
            >>> x, y = language.make(1, gap=3, seed=4)
            >>> corpus.load("en").read(x)
            ['I grew up in Estonia I speak fluent ___']
        """
        return [" ".join(self.words[token] for token in sample) for sample in np.asarray(x)]

    def _find_frame(self, gap: int) -> Frame | None:
        for template in _TEMPLATES[self.language]:
            before, after, has_filler, ending = _split(template)
            num_filler = gap - len(after) - (len(ending) - 1)  # the blank stands after the gap
            fits = num_filler >= 0 if has_filler else num_filler == 0
            parts = (self.training, self.held_out)
            if fits and all(part.can_fill(num_filler) for part in parts):
                return Frame(
                    self._encode(before), self._encode(after), self._encode(ending), num_filler
                )
        return None

    def _encode(self, words: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.tokens[word] for word in words)


def load(language: str = "en", text: str | os.PathLike[str] | None = None) -> Corpus:
    """Load the words and the filler of a language.

    Args:
        language: "en" or "zh".
        text: Path of a UTF-8 text file that the filler is taken from; `None` for the built-in one.

    Raises:
        ValueError: The language is unknown, the file cannot be read, or it has too few sentences.
    """
    check_choice("language", language, tuple(_TEMPLATES))
    return _build(language, prose.read(language, text))


@functools.lru_cache(maxsize=8)
def _build(language: str, text: str) -> Corpus:
    sentences = prose.sentences(text, language)
    words = _vocabulary(language, sentences)
    tokens = {word: token for token, word in enumerate(words)}
    openings: dict[tuple[int, ...], int] = {}
    training: dict[tuple[int, ...], None] = {}
    held_out: dict[tuple[int, ...], None] = {}
    for sentence in sentences:
        encoded = tuple(tokens.get(word, _UNKNOWN) for word in sentence)
        number = openings.setdefault(encoded[_OPENING], len(openings))
        part = training if (number + 1) % _HELD_OUT_EVERY else held_out
        part[encoded] = None  # a dict as an ordered set: rare words may make sentences equal
    if not held_out:
        raise ValueError(
            f"The text has {len(sentences)} sentences that can be used, too few to keep some for "
            f"testing: at least {_HELD_OUT_EVERY} that open differently are needed. Give a longer "
            f"text of complete sentences in {language!r}, of {prose.MIN_WORDS} to "
            f"{prose.MAX_WORDS} words, without digits, that name no country and no language."
        )
    return Corpus(language, words, Filler(list(training)), Filler(list(held_out)))


def _vocabulary(language: str, sentences: list[prose.Sentence]) -> tuple[str, ...]:
    """Give words their numbers: special ones, countries, templates, then filler by frequency."""
    first = (*_SPECIAL, *country_languages.country_names(prose.LOCALES[language]))
    in_templates = " ".join(_TEMPLATES[language]).split()
    in_filler = Counter(word for sentence in sentences for word in sentence).most_common()
    others = dict.fromkeys((*in_templates, *(word for word, _ in in_filler)))
    for word in (*first, "COUNTRY", "..."):
        others.pop(word, None)
    return (*first, *others)[:VOCABULARY_SIZE]


def _split(template: str) -> tuple[list[str], list[str], bool, list[str]]:
    """Return the words before the country, after it, whether prose may follow, and the ending."""
    before, _, rest = template.partition("COUNTRY")
    after, has_filler, ending = rest.partition("...")
    if not has_filler:
        after, ending = "", rest
    return before.split(), after.split(), bool(has_filler), ending.split()
