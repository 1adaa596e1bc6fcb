"""The tap by itself: one optimizer, one weight."""

import keras
import numpy as np
import pytest

from keras_rnn_study.seams.gradient_tap import GradientTap
from keras_rnn_study.seams.step_count import StepCount


@pytest.fixture
def weight():
    return keras.Variable([3.0, 4.0], name="weight")


@pytest.fixture
def tap(weight):
    return GradientTap(lambda: {"weight": weight}, rows=3)


def apply(optimizer, weight, times=1):
    for k in range(times):
        optimizer.apply([keras.ops.convert_to_tensor([3.0, 4.0]) * (k + 1)], [weight])


def test_norms_of_the_steps_in_the_block_only(tap, weight):
    optimizer = keras.optimizers.SGD(0.0)
    apply(optimizer, weight)
    with tap.on(optimizer):
        apply(optimizer, weight, times=3)
    apply(optimizer, weight)
    norms = tap.fetch()
    np.testing.assert_array_equal(norms.steps, [1, 2, 3])
    np.testing.assert_allclose(norms.whole, [5, 10, 15])
    assert tap.passed == 3
    assert "apply" not in vars(optimizer)


def test_rows_that_were_overwritten_are_told(tap, weight):
    optimizer = keras.optimizers.SGD(0.0)
    with tap.on(optimizer):
        apply(optimizer, weight, times=5)
    with pytest.warns(RuntimeWarning, match="norms of 2 training steps were overwritten"):
        norms = tap.fetch()
    np.testing.assert_allclose(norms.weights["weight"], [15, 20, 25])
    assert tap.passed == 5


def test_what_is_forgotten_is_not_fetched_and_not_missed(tap, weight):
    optimizer = keras.optimizers.SGD(0.0)
    tap.forget()
    with tap.on(optimizer):
        apply(optimizer, weight, times=5)
        tap.forget()
        apply(optimizer, weight)
    np.testing.assert_array_equal(tap.fetch().steps, [5])
    assert not len(tap.fetch().steps)


def test_two_optimizers_one_after_the_other(tap, weight):
    first, second = keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0, clipnorm=1.0)
    for optimizer in first, second:
        with tap.on(optimizer):
            apply(optimizer, weight)
    norms = tap.fetch()
    np.testing.assert_array_equal(norms.steps, [0, 1])
    np.testing.assert_allclose(norms.clipped, [np.nan, 1.0])


def test_columns(tap, weight):
    other = keras.Variable([1.0])
    assert tap.has_columns_for([other])  # nothing is known before the first step
    optimizer = keras.optimizers.SGD(0.0)
    optimizer.build([weight, other])
    with tap.on(optimizer):
        optimizer.apply([weight.value, other.value], [weight, other])
    assert tap.has_columns_for([weight])
    assert not tap.has_columns_for([weight, other])
    norms = tap.fetch()
    np.testing.assert_allclose(norms.whole, [np.sqrt(26)])
    np.testing.assert_allclose(norms.weights["weight"], [5.0])


def test_norms_are_shown_by_name_and_compared_by_identity(tap, weight):
    optimizer = keras.optimizers.SGD(0.0, clipnorm=1.0)
    with tap.on(optimizer):
        apply(optimizer, weight, times=2)
    norms = tap.fetch()
    assert repr(norms) == "Norms(2 steps; whole, clipped, weight)"
    assert norms == norms
    assert norms != tap.fetch()


def test_an_optimizer_that_brings_a_count_counts_by_itself(weight):
    steps, first, second = StepCount(), keras.optimizers.SGD(), keras.optimizers.SGD()
    steps.follow(first)
    apply(first, weight, times=3)
    second.iterations.assign(7)  # from a backup
    steps.follow(second)
    assert (steps.before, steps.now()) == (0, 7)
    steps.follow(first)
    assert (steps.before, steps.now()) == (7, 10)
