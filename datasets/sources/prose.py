"""Sentences of plain prose that may stand between a country and the question about its language.

English and Chinese prose are sentences of this project; any text of the user's can take their
place.
"""

import os
import pathlib
import re

from keras_rnn_study.arguments import shown
from keras_rnn_study.datasets.sources import country_languages
from keras_rnn_study.datasets.sources.chinese_prose import SENTENCES as CHINESE_SENTENCES
from keras_rnn_study.datasets.sources.english_prose import SENTENCES as ENGLISH_SENTENCES

MIN_WORDS, MAX_WORDS = 4, 30
LOCALES = {"en": "en", "zh": "zh_Hans"}
"""Languages that the prose may be in, and the Babel locales that have their names."""

# Letters, with hyphens and apostrophes inside. Digits, underscores and operators are not prose.
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_AROUND_WORDS = ".,;:!?\"'()*“”‘’–—…。，、；：！？（）《》「」"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")
# Chinese words have 1.6 characters on average; a longer stretch between spaces is a clause.
_MEAN_LENGTH_OF_CHINESE_WORDS = 4

Sentence = tuple[str, ...]


def read(language: str, path: str | os.PathLike[str] | None) -> str:
    """Read the text of a file, or the text that the project brings for a language."""
    if path is None:
        return {"en": ENGLISH_SENTENCES, "zh": CHINESE_SENTENCES}[language]
    try:
        file = pathlib.Path(path)
        if file.exists() and not file.is_file():
            raise OSError("it is a folder or a device")
        return file.read_text(encoding="utf-8")
    except (OSError, TypeError, ValueError) as error:  # UnicodeDecodeError is a ValueError
        raise ValueError(
            f"text={shown(path)} cannot be read as a UTF-8 text file ({error}). Give the "
            "path of a plain text file, or leave text out to use the prose that is built in."
        ) from error


def sentences(text: str, language: str) -> list[Sentence]:
    """Cut a text into sentences and keep those that are prose and name no country or language.

    Kept are sentences of 4 to 30 words that consist of words only: no code, no table, no number.
    Punctuation at the edges of words is dropped, spelling is kept. A Chinese text whose words are
    not parted by spaces is cut into characters, each of which then counts as a word.

    Args:
        text: The text; paragraphs are parted by blank lines.
        language: "en" or "zh".

    Returns:
        Sentences as tuples of words, in the order of the text, each once.

    Example:
        >>> from keras_rnn_study.datasets.sources.prose import sentences
        >>> sentences("It rained all day. In France it snowed. We had x = 1 left.", "en")
        [('It', 'rained', 'all', 'day')]
    """
    by_character = language == "zh" and not _is_spaced(text)
    kept: dict[Sentence, None] = {}  # an ordered set
    for paragraph in re.split(r"\n\s*\n", text):
        line = " ".join("".join(paragraph.split()) if by_character else paragraph.split())
        for sentence in _SENTENCE_END.split(line):
            words = _words(sentence)
            if words and not _names_anything(words, language):
                kept[words] = None
    return list(kept)


def _words(sentence: str) -> Sentence | None:
    """Return the words of a complete sentence of prose, `None` for anything else."""
    if not sentence.endswith(tuple(".!?。！？")) or sentence[0].islower():
        return None
    words = tuple(filter(None, (piece.strip(_AROUND_WORDS) for piece in sentence.split())))
    if MIN_WORDS <= len(words) <= MAX_WORDS and all(map(_WORD.fullmatch, words)):
        return words
    return None


def _names_anything(words: Sentence, language: str) -> bool:
    """Say whether a sentence names a country or a language, also one of several words."""
    edge = " " if language == "en" else ""  # Chinese names are found however they were cut up
    text = edge + edge.join(words) + edge
    return any(
        edge + name + edge in text for name in country_languages.all_names(LOCALES[language])
    )


def _is_spaced(text: str) -> bool:
    stretches = re.findall(r"[^\W\d_]+", text)
    return sum(map(len, stretches)) < _MEAN_LENGTH_OF_CHINESE_WORDS * len(stretches)
