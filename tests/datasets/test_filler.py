"""Sentences strung together: the right number of words, the right probability of each text."""

import itertools
from collections import Counter

import numpy as np
import pytest

from keras_rnn_study.datasets.sources.filler import Filler

SENTENCES = [(1, 2), (3, 4), (5, 6, 7), (8, 9, 10, 11, 12)]


def texts_of(num_words):
    """Map each text of that many words, without repetition if there is such, to its probability."""
    choices = [
        choice
        for count in range(num_words // 2 + 1)
        for choice in itertools.product(SENTENCES, repeat=count)
        if sum(map(len, choice)) == num_words and weight(choice)
    ]
    fresh = [choice for choice in choices if len(set(choice)) == len(choice)]
    return {tuple(itertools.chain(*choice)): weight(choice) for choice in fresh or choices}


def weight(choice):
    """Find the probability of the lengths, each drawn anew, and of what is dealt for each."""
    found = 1.0
    for place, sentence in enumerate(choice):
        alike = [other for other in SENTENCES if len(other) == len(sentence)]
        dealt = [other for other in alike if other not in choice[:place]] or alike
        found *= len(alike) / len(SENTENCES) * (sentence in dealt) / len(dealt)
    return found


@pytest.mark.parametrize("num_words", [2, 3, 5, 6, 9, 12])
def test_texts_have_the_probability_of_their_sentences_given_their_length(num_words):
    expected = texts_of(num_words)
    draws = Filler(SENTENCES).draw(np.random.default_rng(0), 20_000, num_words)
    counts = Counter(map(tuple, draws.tolist()))
    assert set(counts) == set(expected)
    for text, weight in expected.items():
        probability = weight / sum(expected.values())
        deviation = np.sqrt(probability * (1 - probability) / 20_000)
        assert abs(counts[text] / 20_000 - probability) <= 5 * deviation


def test_it_says_which_lengths_can_be_filled():
    filler = Filler([(1, 2, 3, 4), (1, 2, 3, 4, 5, 6, 7)])
    fillable = [number for number in range(20) if filler.can_fill(number)]
    assert fillable == [0, 4, 7, 8, 11, 12, 14, 15, 16, 18, 19]


def test_nothing_to_fill_is_an_empty_text():
    assert Filler(SENTENCES).draw(np.random.default_rng(0), 3, 0).shape == (3, 0)


def test_very_long_texts_keep_their_length():
    assert Filler(SENTENCES).draw(np.random.default_rng(0), 2, 5000).shape == (2, 5000)
