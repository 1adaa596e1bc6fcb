"""The meaning of `copy_memory`: ten symbols, blanks, and the ten symbols again."""

import numpy as np
import pytest

from keras_rnn_study.datasets import copy_memory


@pytest.mark.parametrize("gap", [0, 1, 4, 30])
def test_a_sample_is_symbols_then_blanks_and_a_marker_then_blanks(gap):
    x, y = copy_memory.make(500, gap=gap, seed=0)
    assert x.shape == (500, gap + 20, 10)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)  # one-hot
    tokens = x.argmax(axis=-1)
    assert set(np.unique(tokens[:, :10])) == set(range(8))
    assert (tokens[:, 10 : 9 + gap] == 8).all()
    assert (tokens[:, 10 + gap :] == 8).all()
    assert (tokens[:, 9 + gap] == 9).all() == (gap > 0)
    assert (y[:, : 10 + gap] == 8).all()
    np.testing.assert_array_equal(y[:, 10 + gap :], tokens[:, :10])


def test_each_symbol_is_uniform_in_both_parts():
    for x, _ in copy_memory.load_data(2, num_train=8000, num_test=8000):
        frequency = x[:, :10, :8].mean(axis=0)  # (step, symbol)
        assert np.abs(frequency - 1 / 8).max() < 5 * np.sqrt(1 / 8 / 8000)


def test_the_part_is_told_by_a_sum_of_the_symbols():
    (x_train, _), (x_test, _) = copy_memory.load_data(2, num_train=5000, num_test=5000)
    weights = [1, 8] * 5
    sums = [x[:, :10].argmax(axis=-1) @ weights % 64 for x in (x_train, x_test)]
    assert set(sums[0]) == set(range(1, 64))
    assert set(sums[1]) == {0}


def test_the_samples_answers_are_due_at_the_last_ten_steps():
    x, _ = copy_memory.make(1, gap=4, seed=0)
    assert copy_memory.TASK.answer_steps(x)[0].tolist() == [False] * 14 + [True] * 10
