"""Whole sentences strung together to an exact number of words."""

import functools
from collections.abc import Sequence

import numpy as np

_TABLE_STEP = 256  # words


class Filler:
    """Sentences drawn at random, given that one ends exactly at the last word.

    Sentences are drawn one after another, each as likely as any other, and of all the texts that
    come about so, only those count in which a sentence ends exactly at word `num_words`. They are
    drawn directly, not by trial: if `reach[r]` is the probability that a text ends a sentence at
    word r, then with r words left to fill, the next sentence is s with probability

        P(s | r) = share(s) * reach[r - len(s)] / reach[r]

    Args:
        sentences: Sentences as sequences of token numbers.

    Example:
        >>> import numpy as np
        >>> from keras_rnn_study.datasets.sources.filler import Filler
        >>> filler = Filler([(1, 2, 3), (7, 8, 9, 10)])
        >>> filler.can_fill(5), filler.can_fill(7)
        (False, True)
        >>> filler.draw(np.random.default_rng(0), num_samples=2, num_words=7)
        array([[ 7,  8,  9, 10,  1,  2,  3],
               [ 1,  2,  3,  7,  8,  9, 10]], dtype=int32)
    """

    def __init__(self, sentences: Sequence[Sequence[int]]):
        by_length = sorted(sentences, key=len)
        self._tokens = np.concatenate(by_length).astype("int32")
        self._lengths = np.array([len(sentence) for sentence in by_length])
        self._starts = np.cumsum(self._lengths) - self._lengths
        # For each length: how many sentences have it, and the number of the first of them.
        self._counts = np.bincount(self._lengths)
        self._firsts = np.cumsum(self._counts) - self._counts

    def can_fill(self, num_words: int) -> bool:
        """Say whether whole sentences can have exactly `num_words` words together."""
        return bool(self._choices(num_words)[num_words, -1] > 0)

    def draw(self, generator: np.random.Generator, num_samples: int, num_words: int) -> np.ndarray:
        """Draw texts of exactly `num_words` words.

        Args:
            generator: Source of the random numbers.
            num_samples: Number of texts.
            num_words: Number of words in each; `can_fill(num_words)` must be true.

        Returns:
            Token numbers, int32, `(num_samples, num_words)`.
        """
        choices = self._choices(num_words)
        left = np.full(num_samples, num_words)
        columns = []
        while left.any():
            u, v = generator.random((2, num_samples))
            length = (u[:, np.newaxis] >= choices[left]).sum(axis=1)  # 0 where nothing is left
            column = self._firsts[length] + (v * self._counts[length]).astype(np.intp)
            columns.append(np.where(length > 0, column, -1))
            left -= length
        if not columns:
            return np.empty((num_samples, 0), dtype="int32")

        # Every row of sentences has num_words words, so laid end to end they fall into place.
        rows = np.stack(columns, axis=1)  # (batch, sentences)
        chosen = rows[rows >= 0]
        lengths = self._lengths[chosen]
        offsets = self._starts[chosen] - (np.cumsum(lengths) - lengths)
        positions = np.arange(num_samples * num_words) + np.repeat(offsets, lengths)
        return self._tokens[positions].reshape(num_samples, num_words)

    def _choices(self, num_words: int) -> np.ndarray:
        """Tabulate as many words at least; in steps, so that gaps near one another share it."""
        return _choices(tuple(self._counts), -(-num_words // _TABLE_STEP) * _TABLE_STEP)


@functools.lru_cache(maxsize=16)
def _choices(counts: tuple[int, ...], num_words: int) -> np.ndarray:
    """Tabulate which sentence lengths come next, for each number of words left.

    Returns:
        Cumulative probabilities, `(num_words + 1, longest + 1)`: entry (r, n) is the probability
        that the next sentence has at most n words if r are left; a row of zeros where r words
        cannot be filled. With nothing left the next "sentence" has no words.
    """
    share = np.array(counts) / sum(counts)
    longest = len(share) - 1
    # Index r + longest stands for r words, so that a sentence too long for r meets a zero.
    reach = np.zeros(longest + num_words + 1)
    reach[longest] = 1.0
    choices = np.zeros((num_words + 1, longest + 1))
    choices[0] = 1.0
    for words in range(1, num_words + 1):
        weights = share * reach[words : words + longest + 1][::-1]
        reach[words + longest] = weights.sum()
        if reach[words + longest] > 0:
            cumulative = weights.cumsum()
            choices[words] = cumulative / cumulative[-1]  # ends in exactly 1
    return choices
