"""Lyapunov exponents: eigenvalues of linear networks, and the mean growth of real ones."""

import keras
import numpy as np
import pytest
from test_gain import FEATURES, linear

from keras_rnn_study import dynamics

RNG = np.random.default_rng(0)


def test_a_linear_networks_are_its_eigenvalues():
    kernel = RNG.normal(size=(5, 5)) / np.sqrt(5)
    found = dynamics.lyapunov_exponents(linear(kernel, 600), np.ones((2, 600, FEATURES)))
    eigenvalues = np.sort(np.abs(np.linalg.eigvals(kernel)))[::-1]
    np.testing.assert_allclose(found.exponents, np.log(eigenvalues), atol=0.01)
    assert found.transient == 100
    assert found.steps.tolist() == [500, 500]
    np.testing.assert_allclose(found.spread, 0, atol=1e-12)


def test_their_sum_is_the_mean_log_determinant():
    model = keras.Sequential([keras.Input((30, 2)), keras.layers.GRU(4, name="gru")])
    x = RNG.normal(size=(3, 30, 2))
    found = dynamics.lyapunov_exponents(model, x, transient=0)
    determinants = np.linalg.slogdet(dynamics.jacobians(model, x)).logabsdet
    np.testing.assert_allclose(found.by_sample.sum(axis=1), determinants.mean(axis=1), rtol=1e-9)
    np.testing.assert_allclose(found.spread, found.by_sample.std(axis=0, ddof=1))
    largest = dynamics.lyapunov_exponents(model, x, transient=0, count=1)
    assert largest.exponents.shape == (1,)
    assert "3 samples, 30 steps, transient 0" in repr(found)


def test_masked_steps_are_no_steps():
    model = keras.Sequential(
        [keras.Input((12, 2)), keras.layers.Masking(), keras.layers.GRU(3, name="gru")]
    )
    x = RNG.normal(size=(3, 12, 2))
    x[0, 7:], x[1] = 0, 0
    found = dynamics.lyapunov_exponents(model, x, transient=3)
    assert found.steps.tolist() == [4, 0, 9]
    assert np.isnan(found.by_sample[1]).all()
    np.testing.assert_allclose(found.exponents, found.by_sample[[0, 2]].mean(axis=0))
    short = dynamics.lyapunov_exponents(model, np.where(np.arange(12)[:, None] < 7, x, 0)[:1])
    np.testing.assert_allclose(short.by_sample[0], found.by_sample[0], rtol=1e-6)


def test_a_dead_unit_is_gone_in_one_step():
    found = dynamics.lyapunov_exponents(linear(np.diag([0.5, 0.0]), 20), np.ones((1, 20, FEATURES)))
    assert found.exponents[0] == pytest.approx(np.log(0.5))
    assert found.exponents[1] == -np.inf


def test_what_cannot_be_answered_is_said():
    model, x = linear(np.eye(2)), np.ones((1, 9, FEATURES))
    with pytest.raises(ValueError, match="count must be 2 at most"):
        dynamics.lyapunov_exponents(model, x, count=3)
    with pytest.raises(ValueError, match="transient must be 8 at most"):
        dynamics.lyapunov_exponents(model, x, transient=9)
