"""The meaning of `recall`: symbol, distractors, query."""

import numpy as np
import pytest

from keras_rnn_study.datasets import recall

SYMBOLS, DISTRACTORS, QUERY = slice(0, 8), slice(8, 16), 16


@pytest.mark.parametrize("gap", [0, 1, 2, 30])
def test_a_sample_is_a_symbol_then_distractors_then_the_query(gap):
    x, y = recall.make(500, gap=gap, seed=0)
    assert x.shape == (500, gap + 2, 17)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)  # one-hot
    assert set(np.unique(x)) == {0, 1}
    np.testing.assert_array_equal(x[:, 0, SYMBOLS].argmax(axis=-1), y)
    np.testing.assert_array_equal(x[:, 1:-1, DISTRACTORS].sum(axis=-1), 1)
    np.testing.assert_array_equal(x[:, -1, QUERY], 1)


def test_the_part_is_told_by_the_sum_of_the_distractors():
    (x_train, _), (x_test, _) = recall.load_data(5, num_train=2000, num_test=2000, seed=0)
    sums = [x[:, 1:-1, DISTRACTORS].argmax(axis=-1).sum(axis=-1) % 8 for x in (x_train, x_test)]
    assert set(sums[0]) == {1, 2, 3, 4, 5, 6, 7}
    assert set(sums[1]) == {0}


@pytest.mark.parametrize("gap", [2, 5])
def test_every_distractor_is_equally_frequent_at_every_step_in_both_parts(gap):
    train, test = recall.load_data(gap, num_train=8000, num_test=8000, seed=0)
    for x, _ in (train, test):
        frequency = x[:, 1:-1, DISTRACTORS].mean(axis=0)  # (time, distractors)
        assert np.abs(frequency - 1 / 8).max() < 5 * np.sqrt(1 / 8 / 8000)


def test_the_shortest_gaps_have_all_their_sequences_in_both_parts():
    for gap, number in ((0, 8), (1, 64)):
        for x, _ in recall.load_data(gap, num_train=2000, num_test=2000, seed=0):
            assert len({sample.tobytes() for sample in x}) == number


def test_distractors_are_independent_of_the_answer():
    x, y = recall.make(20_000, gap=3, seed=0)
    for step in range(1, 4):
        distractor = x[:, step, DISTRACTORS].argmax(axis=-1)
        table = np.zeros((8, 8))
        np.add.at(table, (y, distractor), 1 / len(y))
        assert np.abs(table - 1 / 64).max() < 5 * np.sqrt(1 / 64 / len(y))
