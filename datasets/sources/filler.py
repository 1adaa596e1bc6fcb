"""Whole sentences strung together to an exact number of words, none of them twice if it can be."""

import functools
from collections.abc import Sequence

import numpy as np

_TABLE_STEP = 256  # words
_TRIES = 20


class Filler:
    """Sentences drawn at random, given that one ends exactly at the last word.

    First lengths. They are those of sentences drawn one after another, each as likely as any other;
    of all the texts that come about so, only those count in which a sentence ends exactly at word
    `num_words`. They are drawn directly, not by trial: if `reach[r]` is the probability that a text
    ends a sentence at word r, then with r words left to fill, the next sentence has n words with
    probability

        P(n | r) = share(n) * reach[r - n] / reach[r]

    Where a text would have more sentences of a length than there are, its lengths are drawn again,
    some times. Then the sentences of each length are dealt like cards, so that none comes twice; in
    a text that is too long for that, it does after all others of its length.

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
        lengths = self._draw_lengths(generator, num_samples, num_words)
        for _ in range(_TRIES):
            lacking = self._lacks(lengths)
            if not lacking.any():
                break
            lengths[lacking] = self._draw_lengths(generator, int(lacking.sum()), num_words)
        rows = np.empty((num_samples, 0), dtype=np.intp)  # (batch, sentences), -1 for none
        for length in lengths[:, lengths.any(axis=0)].T:
            dealt = self._deal(length, generator.random(num_samples), rows)
            rows = np.column_stack([rows, np.where(length > 0, dealt, -1)])

        # Every row of sentences has num_words words, so laid end to end they fall into place.
        chosen = rows[rows >= 0]
        lengths = self._lengths[chosen]
        offsets = self._starts[chosen] - (np.cumsum(lengths) - lengths)
        positions = np.arange(num_samples * num_words) + np.repeat(offsets, lengths)
        return self._tokens[positions].reshape(num_samples, num_words)

    def _draw_lengths(
        self, generator: np.random.Generator, num_samples: int, num_words: int
    ) -> np.ndarray:
        """Draw how many words each sentence has: (batch, sentences), 0 where no more is needed."""
        choices = self._choices(num_words)
        left = np.full(num_samples, num_words)
        lengths = np.zeros((num_samples, num_words // int(self._lengths[0])), dtype=np.intp)
        for place in range(lengths.shape[1]):
            if not left.any():
                break
            u = generator.random(num_samples)
            lengths[:, place] = (u[:, np.newaxis] >= choices[left]).sum(axis=1)
            left -= lengths[:, place]
        return lengths

    def _lacks(self, lengths: np.ndarray) -> np.ndarray:
        """Say which texts have more sentences of a length than there are: booleans, (batch,)."""
        wanted = [(lengths == n).sum(axis=1) for n in range(1, len(self._counts))]
        return np.logical_or.reduce(np.array(wanted) > self._counts[1:, np.newaxis])

    def _deal(self, length: np.ndarray, v: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Choose a sentence for each text that it has not had, or any, once it has had them all.

        Args:
            length: Of the sentence, (batch,).
            v: Random numbers from 0 to 1, (batch,).
            rows: The sentences that each text has had, (batch, sentences).
        """
        first, count = self._firsts[length], self._counts[length]
        had = (rows >= first[:, np.newaxis]) & (rows < (first + count)[:, np.newaxis])
        unused = count - had.sum(axis=1)
        fresh = unused > 0
        sentence = first + (v * np.where(fresh, unused, count)).astype(np.intp)
        # Counted among the unused; so step over each that was used, the smallest first.
        for used in np.sort(np.where(had, rows, len(self._lengths)), axis=1).T:
            sentence += fresh & (sentence >= used)
        return sentence

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
