"""The meaning of `latch`: one bit, then noise on the same line."""

import numpy as np
import pytest

from keras_rnn_study.datasets import latch


def is_odd(values):
    """Say whether the 24 binary digits of each float32 make an odd whole number."""
    significand, _ = np.frexp(values.astype("float64"))
    return significand * 2**24 % 2 == 1


@pytest.mark.parametrize("gap", [0, 1, 30])
def test_a_sample_is_three_signals_then_noise(gap):
    x, y = latch.make(500, gap=gap, seed=0)
    assert x.shape == (500, gap + 4, 1)
    assert set(y) == {0, 1}
    signals = np.where(y == 1, 1.0, -1.0)
    for step in range(3):
        np.testing.assert_array_equal(x[:, step, 0], signals)
    assert len(np.unique(x[:, 3:])) > 0.99 * 500 * (gap + 1)


def test_the_sample_of_the_docstring():
    sample = np.array([1, 1, 1, -0.31, 0.58, 0.07, -0.44])[:, None]
    written = " ".join(latch.TASK.read_input(sample))
    assert f"{written} -> {latch.TASK.read_answer(1)}" == latch.TASK.example
    assert latch.TASK.read_answer(0) == "-"


def test_both_parts_have_gaussian_noise_of_variance_a_fifth_at_every_step():
    for x, _ in latch.load_data(2, num_train=40_000, num_test=40_000, seed=0):
        noise = x[:, 3:, 0].astype("float64")  # (batch, time)
        error = 1 / np.sqrt(len(noise))
        assert (np.abs(noise.mean(axis=0)) < 5 * error * np.sqrt(0.2)).all()
        assert (np.abs(noise.var(axis=0) - 0.2) < 5 * error * np.sqrt(2) * 0.2).all()
        # The tails that the docstring speaks of, and the middle, are a Gaussian's.
        for limit, share in ((1.0, 0.02535), (np.sqrt(0.2), 0.31731)):
            beyond = (np.abs(noise) > limit).mean(axis=0)
            assert (np.abs(beyond - share) < 5 * error * np.sqrt(share)).all()
        steps = np.corrcoef(noise.T)
        assert np.abs(steps - np.eye(3)).max() < 5 * error


def test_noise_tells_nothing_about_the_answer():
    for x, y in latch.load_data(2, num_train=40_000, num_test=40_000, seed=0):
        noise = x[:, 3:, 0].astype("float64")
        for values in (noise, noise**2):
            difference = values[y == 1].mean(axis=0) - values[y == 0].mean(axis=0)
            assert (np.abs(difference) < 5 * 2 * values.std(axis=0) / np.sqrt(len(y))).all()


@pytest.mark.parametrize("gap", [0, 5])
def test_the_part_is_told_by_the_last_binary_digit_of_the_first_noise_value(gap):
    (x_train, _), (x_test, _) = latch.load_data(gap, num_train=2000, num_test=2000, seed=0)
    x_more, _ = latch.make(2000, gap=gap, seed=1)
    assert not is_odd(x_train[:, 3]).any()
    assert not is_odd(x_more[:, 3]).any()
    assert is_odd(x_test[:, 3]).all()
    for x in (x_train, x_test):  # the others are left alone
        assert ((is_odd(x[:, 4:]).mean(axis=0) - 0.5) ** 2 < 25 / 4 / 2000).all()


def test_one_unit_that_feeds_back_on_itself_holds_the_bit():
    x, y = latch.make(500, gap=1000, seed=0)
    unit = np.zeros(500)
    for step in range(x.shape[1]):
        unit = np.tanh(10 * unit + x[:, step, 0])
    np.testing.assert_array_equal(unit > 0, y == 1)


@pytest.mark.parametrize("gap", [100, 500])
def test_guessing_weights_solves_it_in_about_60_trials(gap):
    """The docstring's warning: a unit's three weights, drawn at random until they fit."""
    x, y = latch.make(100, gap=gap, seed=0)
    generator = np.random.default_rng(1)
    inward, feedback, bias = generator.uniform(-100, 100, size=(3, 1000, 1))  # 1000 guesses
    unit = np.zeros((1000, 100), "float32")  # (guesses, batch)
    for step in range(x.shape[1]):
        unit = np.tanh(feedback * unit + inward * x[:, step, 0] + bias)
    solved = ((unit > 0) == (y == 1)).all(axis=1)
    assert 1 / 120 < solved.mean() < 1 / 30


def test_bad_gaps_are_told_what_to_do():
    with pytest.raises(ValueError, match=r"gap must be .* -1 was given\. Pass, for example, gap="):
        latch.make(2, gap=-1, seed=0)
