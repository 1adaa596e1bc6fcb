"""The meaning of `noise_free_lag`: a first symbol, then one run."""

import numpy as np
import pytest

from keras_rnn_study.datasets import noise_free_lag

TASK = noise_free_lag.TASK


def written(sample):
    return " ".join(TASK.read_input(sample))


def test_the_sample_of_the_docstring():
    x, y = noise_free_lag.make(100, gap=3, seed=0)
    samples = {
        f"{written(sample)} -> {TASK.read_answer(answer)}"
        for sample, answer in zip(x, y, strict=True)
    }
    assert samples == {"x a1 a2 a3 a4 -> x", TASK.example}
    assert TASK.example == "y a1 a2 a3 a4 -> y"
    assert TASK.read_answer(1) == "y"


@pytest.mark.parametrize("gap", [0, 1, 50, 1023])
def test_the_run_is_the_same_in_all_samples_and_has_no_symbol_twice(gap):
    x, y = noise_free_lag.make(100, gap=gap, seed=0)
    assert x.shape == (100, gap + 2)
    np.testing.assert_array_equal(x[:, 0], y + 1)
    assert set(y) == {0, 1}
    expected = [f"a{number}" for number in range(1, gap + 2)]
    for sample in x:
        assert TASK.read_input(sample)[1:] == expected
    assert len(set(x[0])) == gap + 2


@pytest.mark.parametrize("gap", [1024, 3000])
def test_longer_runs_start_again(gap):
    x, _ = noise_free_lag.make(2, gap=gap, seed=0)
    names = TASK.read_input(x[0])
    assert len(names) == gap + 2
    assert names[1024:1027] == ["a1024", "a1", "a2"][: gap + 2 - 1024]
    np.testing.assert_array_equal(x[0, 1025:], x[0, 1 : gap + 2 - 1024])
    assert x.max() == TASK.vocabulary_size - 1 == 1026


def test_the_paper_s_delay_of_100_needs_101_symbols():
    p = 100
    x, _ = noise_free_lag.make(50, gap=p - 2, seed=0)
    assert len(np.unique(x)) == p + 1
    assert x.shape[1] == p  # y, a1, ... a[p-1]: the network then has to name the last y


def test_training_and_test_have_the_same_two_sequences():
    (x_train, _), (x_test, _) = noise_free_lag.load_data(20, num_train=100, num_test=100)
    train, test = ({sample.tobytes() for sample in x} for x in (x_train, x_test))
    assert train == test
    assert len(train) == 2
    assert TASK.disjoint_from is None


def test_both_first_symbols_come_equally_often():
    _, y = noise_free_lag.make(10_000, gap=0, seed=0)
    assert abs(y.mean() - 0.5) < 5 * 0.5 / np.sqrt(10_000)


def test_a_model_that_knows_one_sequence_only_has_not_learned_the_task():
    x, y = noise_free_lag.make(1000, gap=5, seed=0)
    always_x = np.tile([1.0, 0.0], (1000, 1))
    assert not TASK.is_solved(TASK.scores(x, y, always_x).mean())
    assert TASK.is_solved(TASK.scores(x, y, np.eye(2)[y]).mean())


def test_bad_gaps_are_told_what_to_do():
    with pytest.raises(ValueError, match=r"gap must be .* -1 was given\. Pass, for example, gap="):
        noise_free_lag.stream(2, gap=-1, seed=0)
