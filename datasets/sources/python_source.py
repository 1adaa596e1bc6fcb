"""The source of Python's standard library, as tokens, and where it can be cut into pieces.

It is the library of the Python that runs: its public modules that are one file, about 150 with 4
million characters (PSF License 2.0). Other versions of Python have other texts. Each printable
ASCII character and the end of a line is a token; all other characters are one.
"""

import dataclasses
import functools
import pathlib
import re
import sys
import sysconfig
import zlib
from collections.abc import Iterable

import numpy as np

OPENING, CLOSING = "([{", ")]}"
PADDING, UNKNOWN, QUERY = range(3)
CHARACTERS = ("", "\ufffd", "?", "\n", *map(chr, range(ord(" "), ord("~") + 1)))
"""What each token stands for: padding, any other character, the query, then text."""

_FIRST_CHARACTER = QUERY + 1
_TOKENS = np.full(128, UNKNOWN, "uint8")
_TOKENS[[*map(ord, CHARACTERS[_FIRST_CHARACTER:])]] = range(_FIRST_CHARACTER, len(CHARACTERS))
# 1, 2, 3 for the brackets that close, -1, -2, -3 for those that open, 0 for all else.
_KINDS = np.zeros(len(CHARACTERS), "int8")
_KINDS[_TOKENS[[*map(ord, CLOSING)]]] = 1, 2, 3
_KINDS[_TOKENS[[*map(ord, OPENING)]]] = -1, -2, -3
# With what a word, a string or brackets can begin, and with what they can end.
_BEGINS = np.array([character.isalnum() or character in {*"_'\"([{"} for character in CHARACTERS])
_ENDS = np.array([character.isalnum() or character in {*"_'\")]}"} for character in CHARACTERS])
_IS_DOT = np.array([character == "." for character in CHARACTERS])

# Comments to the next line, and strings with their prefixes, which a backslash keeps from ending.
# The few f-strings with such a quote between their braces (Python 3.12) seem to end there, and to
# begin again.
_NOT_CODE = re.compile(
    r"""#[^\n]*\n?|[bBfFrRtTuU]{0,2}("{3}|'{3}|"|')(?:[^\\]|\\.)*?\1""", re.DOTALL
)
_HELD_OUT_EVERY = 5
_MIN_FILES = 5  # to train with, and as many to test with


def encode(text: str) -> np.ndarray:
    """Turn text into tokens, one a character: uint8, `(len(text),)`.

    Example:
        >>> from keras_rnn_study.datasets.sources.python_source import decode, encode
        >>> decode(encode("max(left, right)"))
        'max(left, right)'
    """
    code_points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    return _TOKENS[np.minimum(code_points, 127)]  # 127 is a control character: unknown


def decode(tokens: Iterable[int]) -> str:
    """Turn tokens into text."""
    return "".join(CHARACTERS[token] for token in tokens)


@dataclasses.dataclass(frozen=True, eq=False)
class Source:
    """Source text, and the places between its characters.

    Place i is in front of character i. Behind each file is one padding token, so that the end of
    a file is a place too.

    Attributes:
        tokens: uint8, `(places,)`.
        levels: A number for each place, int32, `(places,)`. Text between two places is balanced
            if, and only if, both have the same number: it is balanced with all brackets that one
            sees, and without those in strings and comments.
        in_code: Which places are not inside of a string or a comment, `(places,)`.
    """

    tokens: np.ndarray
    levels: np.ndarray
    in_code: np.ndarray

    @functools.cached_property
    def starts(self) -> np.ndarray:
        """Places where a word, a string or brackets begin, with nothing joined on: int32."""
        is_start = _BEGINS[self.tokens] & ~(_ENDS | _IS_DOT)[self._before] & self.in_code
        return np.flatnonzero(is_start).astype("int32")

    @functools.cached_property
    def is_end(self) -> np.ndarray:
        """Which are the places where one of these ends, with nothing joined on, `(places,)`."""
        return _ENDS[self._before] & ~(_BEGINS | _IS_DOT)[self.tokens] & self.in_code

    @property
    def _before(self) -> np.ndarray:
        return np.roll(self.tokens, 1)


@functools.cache
def library() -> tuple[Source, Source]:
    """Read the standard library of the Python that runs: once, in a part of a second.

    Returns:
        The files to train with, and those to test with, about one in five.

    Raises:
        FileNotFoundError: This Python has not brought its source along.
    """
    folder = pathlib.Path(sysconfig.get_path("stdlib"))
    names = sorted(name for name in sys.stdlib_module_names if not name.startswith("_"))
    paths = [path for name in names if (path := folder / f"{name}.py").is_file()]
    parts: tuple[list[Source], list[Source]] = [], []
    for path in paths:
        source = read(path.read_text("utf-8", errors="ignore"))
        if source is not None:
            parts[zlib.crc32(path.stem.encode()) % _HELD_OUT_EVERY == 0].append(source)
    if min(map(len, parts)) < _MIN_FILES:
        raise FileNotFoundError(
            "The source of Python's standard library is needed, but there are only "
            f"{len(paths)} of its .py files in {folder}: too few to train and to test with. "
            "Use a Python whose library is neither zipped nor stripped of its source."
        )
    training, held_out = map(_join, parts)
    return training, held_out


def read(text: str) -> Source | None:
    """Read one file; return `None` if the brackets of its code do not match.

    Example:
        >>> from keras_rnn_study.datasets.sources.python_source import read
        >>> source = read("max(x[0], '(')")
        >>> source.starts
        array([ 0,  4,  6, 10], dtype=int32)
        >>> source.levels[[4, 8, 13]]  # x[0] is balanced; x[0], '(' is not
        array([2, 2, 4], dtype=int32)
    """
    tokens = np.append(encode(text), np.uint8(PADDING))
    in_code = np.ones(len(tokens), bool)
    for match in _NOT_CODE.finditer(text):
        in_code[match.start() + 1 : match.end()] = False
    positions = np.flatnonzero(_KINDS[tokens])
    kinds = _KINDS[tokens[positions]]
    seen = _enclosing(positions, kinds)
    code = _enclosing(positions, kinds * in_code[positions])
    if code[-1] != -1:
        return None
    _, levels = np.unique(seen * len(tokens) + code, return_inverse=True)
    lengths = np.diff(positions, prepend=-1, append=len(tokens) - 1)
    return Source(tokens, np.repeat(levels.astype("int32"), lengths), in_code)


def _enclosing(positions: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Find which bracket is the last one open, at first and behind each: -1 if none is.

    Where brackets do not match, nothing that has the place inside is balanced: it takes the
    part of an opening bracket that is never closed.
    """
    waiting = [(-1, 0)]
    enclosing = [-1]
    for position, kind in zip(positions.tolist(), kinds.tolist(), strict=True):
        if kind < 0:
            waiting.append((position, kind))
        elif kind and waiting.pop()[1] != -kind:
            waiting = [(position, 0)]
        enclosing.append(waiting[-1][0])
    return np.array(enclosing)


def _join(sources: list[Source]) -> Source:
    """Put files in a row."""
    first_levels = np.cumsum([0] + [1 + source.levels.max() for source in sources[:-1]])
    levels = [source.levels + first for source, first in zip(sources, first_levels, strict=True)]
    return Source(
        np.concatenate([source.tokens for source in sources]),
        np.concatenate(levels, dtype="int32"),
        np.concatenate([source.in_code for source in sources]),
    )
