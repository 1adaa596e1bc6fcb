"""The meaning of `agreement`: English sentences, and coins tossed for the number of every noun."""

import collections
import itertools
import math
import re

import numpy as np
import pytest

from keras_rnn_study.datasets import agreement

_SINGULARS = """
    baby basket bench boat bottle box bridge brush bucket bus cabinet calf candle chair child church
    clock cottage dish door farmer fence fox goose horse key ladder lady lamp loaf man mirror mouse
    ox picture pony scarf shelf singer statue table teacher thief tree wagon window wolf woman
"""
SINGULARS = _SINGULARS.split()
IRREGULAR = {
    "child": "children",
    "goose": "geese",
    "man": "men",
    "mouse": "mice",
    "ox": "oxen",
    "woman": "women",
}


def plural_of(noun):
    """The rules of English spelling."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if re.search("(s|x|ch|sh)$", noun):
        return noun + "es"
    for ending, instead in (("f$", "ves"), ("(?<=[^aeiou])y$", "ies")):
        if re.search(ending, noun):
            return re.sub(ending, instead, noun)
    return noun + "s"


PLURALS = [plural_of(noun) for noun in SINGULARS]
NUMBER = {**dict.fromkeys(SINGULARS, 0), **dict.fromkeys(PLURALS, 1)}
LEMMA = {word: place for words in (SINGULARS, PLURALS) for place, word in enumerate(words)}

PARTICIPLE = "found|hidden|left|noticed|painted|pictured|seen|shown"
PREPOSITION = "above|behind|below|beside|beyond|by|near|opposite"
SIZE = "big|famous|huge|little|lovely|odd|plain|tiny"
STATE = "clean|dusty|grey|muddy|new|old|pale|wet"
NOUN = "|".join([*SINGULARS, *PLURALS])
PHRASE = f" (?:(?:{PARTICIPLE}) )?(?:{PREPOSITION}) the (?:(?:{SIZE}) )?(?:(?:{STATE}) )?(?:{NOUN})"
WITH_PHRASES = re.compile(f"the (?:{NOUN})(?:{PHRASE})+ ___")
WITH_ADVERBS = {
    0: re.compile(f"the (?:{NOUN}) ___"),
    1: re.compile(
        f"the (?:{NOUN}) (?:here|there|downstairs|indoors|inside|nearby|outside|upstairs) ___"
    ),
    2: re.compile(f"the (?:{NOUN}) (?:around|back|down|in|out|over|right|up) (?:here|there) ___"),
}


def sentences(x):
    return [" ".join(agreement.TASK.read_input(sample)) for sample in x]


def nouns_of(x):
    """Find the nouns of each sentence: their lemmas and numbers, `(batch, nouns)`."""
    words = [[word for word in sentence.split() if word in LEMMA] for sentence in sentences(x)]
    lemmas = np.array([[LEMMA[word] for word in row] for row in words])
    numbers = np.array([[NUMBER[word] for word in row] for row in words])
    return lemmas, numbers


def is_fair(coins):
    return np.abs(coins.mean(axis=0) - 0.5).max() < 5 * 0.5 / math.sqrt(len(coins))


def test_the_lexicon_has_both_forms_of_48_nouns_and_no_word_twice():
    words = agreement.TASK.read_input(np.arange(agreement.TASK.vocabulary_size))
    assert len(words) == len(set(words)) == agreement.TASK.vocabulary_size
    assert words[0] == ""
    assert len(SINGULARS) == 48
    assert set(SINGULARS) | set(PLURALS) <= set(words)
    assert plural_of("lady") == "ladies"
    assert plural_of("loaf") == "loaves"
    assert plural_of("bench") == "benches"


def test_the_sample_by_hand():
    words = agreement.TASK.read_input(np.arange(agreement.TASK.vocabulary_size))
    sentence = "the keys near the old cabinet by the doors ___"
    assert WITH_PHRASES.fullmatch(sentence)
    x = np.array([[words.index(word) for word in sentence.split()]])
    np.testing.assert_array_equal(agreement.evidence(x).nonzero()[1], [1])
    assert x.shape[1] - 1 - 1 - 1 == 7  # the gap
    drawn, _ = agreement.make(1, gap=7, seed=0)
    assert drawn.shape == x.shape
    assert [agreement.TASK.read_answer(answer) for answer in (0, 1)] == ["is", "are"]


@pytest.mark.parametrize("gap", [0, 1, 2, 3, 4, 5, 6, 9, 10, 50, 1000])
def test_every_sentence_is_grammatical_and_agrees_with_its_subject(gap):
    grammar = WITH_ADVERBS.get(gap, WITH_PHRASES)
    for x, y in agreement.load_data(gap, num_train=200, num_test=200, seed=0):
        assert x.shape == (200, gap + 3)
        for sentence, answer in zip(sentences(x), y, strict=True):
            assert grammar.fullmatch(sentence), sentence
            assert NUMBER[sentence.split()[1]] == answer


def test_the_shortest_gaps_have_all_their_sentences_in_both_parts():
    for gap, number in ((0, 96), (1, 96 * 8), (2, 96 * 8 * 2)):
        for x, _ in agreement.load_data(gap, num_train=20_000, num_test=20_000, seed=0):
            assert len({sample.tobytes() for sample in x}) == number


@pytest.mark.parametrize(("gap", "num_phrases", "num_optional"), [(7, 2, 1), (9, 2, 3), (5, 1, 2)])
def test_every_division_into_phrases_is_equally_likely(gap, num_phrases, num_optional):
    x, _ = agreement.make(10_000, gap=gap, seed=0)
    kinds = [PARTICIPLE.split("|"), SIZE.split("|"), STATE.split("|")]
    counts = collections.Counter()
    for sentence in sentences(x):
        phrases = re.findall(PHRASE, sentence)
        counts[tuple(any(w in kind for w in p.split()) for p in phrases for kind in kinds)] += 1
    slots = range(3 * num_phrases)
    divisions = {
        tuple(slot in chosen for slot in slots)
        for chosen in itertools.combinations(slots, num_optional)
    }
    assert set(counts) == divisions
    mean = 10_000 / len(divisions)
    assert max(abs(count - mean) for count in counts.values()) < 5 * math.sqrt(mean)


@pytest.mark.parametrize("gap", [3, 6, 14])
def test_each_noun_is_equally_frequent_in_each_place_in_both_parts(gap):
    for x, _ in agreement.load_data(gap, num_train=6000, num_test=6000, seed=0):
        lemmas, _ = nouns_of(x)
        assert lemmas.shape[1] == 1 + (gap + 2) // 4
        for place in lemmas.T:
            counts = np.bincount(place, minlength=48)
            assert np.abs(counts - 125).max() < 5 * math.sqrt(125)


@pytest.mark.parametrize("gap", [3, 14])
def test_every_number_is_the_toss_of_a_coin_of_its_own_in_both_parts(gap):
    for x, y in agreement.load_data(gap, num_train=6000, num_test=6000, seed=0):
        _, numbers = nouns_of(x)
        np.testing.assert_array_equal(numbers[:, 0], y)
        assert is_fair(numbers)
        for one, other in itertools.combinations(range(numbers.shape[1]), 2):
            assert is_fair(numbers[:, one] == numbers[:, other])
        plurals = numbers[:, 1:].sum(axis=1)
        assert is_fair(plurals % 2 == y)
        assert is_fair((plurals > (numbers.shape[1] - 1) / 2) == y)


@pytest.mark.parametrize("gap", [3, 6, 14])
def test_the_part_is_told_by_the_sum_of_the_nouns(gap):
    (x_train, _), (x_test, _) = agreement.load_data(gap, num_train=3000, num_test=3000, seed=0)
    sums = [nouns_of(x)[0].sum(axis=1) % 48 for x in (x_train, x_test)]
    assert set(sums[0]) == set(range(1, 48))
    assert set(sums[1]) == {0}


def test_the_words_without_number_are_equally_likely_and_independent_of_the_answer():
    x, y = agreement.make(8000, gap=10, seed=0)
    said = [set(sentence.split()) for sentence in sentences(x)]
    for kind in (PARTICIPLE, PREPOSITION, SIZE, STATE):
        has = np.array([[word in words for word in kind.split("|")] for words in said])
        deviation = 5 * np.sqrt(has.mean() / len(has))
        assert np.abs(has.mean(axis=0) - has.mean()).max() < deviation
        for answer in (0, 1):
            assert np.abs(has[y == answer].mean(axis=0) - has.mean()).max() < 2 * deviation
