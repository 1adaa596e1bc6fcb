"""Pieces of real Python source, of any exact length, that can stand between two brackets.

A piece is a stretch of a library file, as it stands there, that

- is balanced: what opens in it closes in it, and what closes in it has opened in it. That holds
  for all brackets that one sees, and also without those in strings and comments;
- begins where a word, a string or brackets begin, and ends where one of these ends: with nothing
  joined on, so neither a word nor a string is cut in two, nor a name from its brackets, nor an
  object from its attribute. It neither begins nor ends in a comment.

From `return max(left, right)` come:

    gap  4       left
    gap  5       right
    gap  6       return
    gap 11       left, right
    gap 16       max(left, right)
    gap 23       return max(left, right)

With gap 0 there is only the empty piece, wherever one could begin.
"""

import dataclasses
import functools

import numpy as np

from keras_rnn_study.arguments import shown
from keras_rnn_study.datasets.sources import python_source
from keras_rnn_study.datasets.sources.python_source import Source

DISJOINT_FROM = 5
"""Shorter pieces are not kept apart: training text has nearly all that there are."""

_MIN_PIECES = 50
_BASE = np.uint64(0x9E3779B97F4A7C15)  # any large odd number
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))


@dataclasses.dataclass(frozen=True)
class Pieces:
    """All pieces of one length in one part of the library, each as often as it occurs there.

    Attributes:
        windows: Every stretch of that length, as tokens, balanced or not: `(places, gap)`.
        starts: The numbers of those that are pieces: int32, `(pieces,)`.
    """

    windows: np.ndarray
    starts: np.ndarray

    def take(self, chosen: np.ndarray) -> np.ndarray:
        """Return the pieces of these numbers: tokens, uint8, `(len(chosen), gap)`."""
        return self.windows[self.starts[chosen]]


@functools.lru_cache(maxsize=16)
def load(gap: int) -> tuple[Pieces, Pieces]:
    """Find the pieces of `gap` characters for training, and those for testing.

    About one file in five is for testing. From `DISJOINT_FROM` characters on, pieces that training
    has as well are left out there.

    Raises:
        ValueError: There are too few pieces of that length.
        FileNotFoundError: This Python has not brought its source along.
    """
    sources = python_source.library()
    parts = _parts(gap, [source.starts for source in sources])
    if min(map(len, parts)) < _MIN_PIECES:
        raise ValueError(
            f"gap={shown(gap)} cannot be filled: the standard library of this Python has fewer "
            f"than {_MIN_PIECES} balanced pieces of {shown(gap)} characters to train with, or to "
            f"test with. Pass gap={largest_gap()}, the largest one that it can fill."
        )
    training, held_out = (
        Pieces(np.lib.stride_tricks.sliding_window_view(source.tokens, gap), starts)
        for source, starts in zip(sources, parts, strict=True)
    )
    return training, held_out


@functools.cache
def largest_gap() -> int:
    """Find the largest gap that can be filled."""
    sources = python_source.library()
    parts = [_farthest(source) for source in sources]
    gap = -int(max(minus_lengths[_MIN_PIECES - 1] for _, minus_lengths in parts))  # or less
    while True:
        starts = [
            starts[: np.searchsorted(minus_lengths, -gap, side="right")]
            for starts, minus_lengths in parts
        ]
        # Most often there are too few to test with, and no need to look at the others.
        if (
            len(_choose(gap, sources[1], starts[1])) >= _MIN_PIECES
            and min(map(len, _parts(gap, starts))) >= _MIN_PIECES
        ):
            return gap
        gap -= 1


def _farthest(source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Sort the starts by their longest pieces; return them, and these lengths with a minus."""
    last = np.zeros(source.levels.max() + 1, dtype="int32")
    ends = np.flatnonzero(source.is_end)
    last[source.levels[ends]] = ends  # of those with one level, the last one written stays
    lengths = last[source.levels[source.starts]] - source.starts
    order = np.argsort(-lengths, kind="stable")
    return source.starts[order], -lengths[order]


def _parts(gap: int, starts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Choose the starts of pieces of that length, for training and for testing."""
    sources = python_source.library()
    training, held_out = (
        _choose(gap, source, some) for source, some in zip(sources, starts, strict=True)
    )
    if gap >= DISJOINT_FROM and min(len(training), len(held_out)) >= _MIN_PIECES:
        seen, unseen = (
            _hashes(gap, source, some)
            for source, some in zip(sources, (training, held_out), strict=True)
        )
        held_out = held_out[~np.isin(unseen, seen)]
    return training, held_out


def _choose(gap: int, source: Source, starts: np.ndarray) -> np.ndarray:
    """Choose the starts at which a piece of that length begins."""
    if gap == 0:
        return starts
    gap = min(gap, len(source.tokens))  # a whole number of any size may have been asked for
    starts = starts[starts < len(source.tokens) - gap]
    ends = starts + gap
    return starts[source.is_end[ends] & (source.levels[starts] == source.levels[ends])]


def _hashes(gap: int, source: Source, starts: np.ndarray) -> np.ndarray:
    """Give each piece a number of 64 bits that other pieces have not.

    It is a polynomial in the tokens. Should two ever have the same number, a piece is left out of
    testing for nothing.
    """
    sums = _sums(source)
    return (sums[starts + gap] - sums[starts]) * _INVERSE ** starts.astype("uint64")


@functools.lru_cache(maxsize=2)
def _sums(source: Source) -> np.ndarray:
    """Sum up what each character in front of a place adds to hashes, modulo 2 ** 64."""
    sums = np.cumprod(np.full(len(source.tokens), _BASE))
    sums[1:] *= source.tokens[:-1]
    sums[0] = 0
    return np.cumsum(sums, out=sums)
