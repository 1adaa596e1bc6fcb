"""What every question about a layer takes: which layer, which loss, which random numbers."""

import keras
import numpy as np
import pytest

from keras_rnn_study import dynamics

TIME, LOWER, UPPER = 6, 2, 3
X = np.random.default_rng(0).normal(size=(4, TIME, 2))
Y = np.random.default_rng(1).normal(size=(4, 1))


@pytest.fixture(scope="module")
def model():
    layers = [
        keras.layers.SimpleRNN(LOWER, return_sequences=True, name="lower"),
        keras.layers.GRU(UPPER, name="upper"),
    ]
    built = keras.Sequential([keras.Input((TIME, 2)), *layers, keras.layers.Dense(1)])
    built.compile(loss="mse")
    return built


@pytest.mark.parametrize(("layer", "states"), [("lower", LOWER), ("upper", UPPER)])
def test_the_layer_that_is_named_is_looked_at(model, layer, states):
    assert dynamics.lyapunov_exponents(model, X, layer=layer).exponents.shape == (states,)
    assert dynamics.backward_gain(model, X, layer=layer).singular_values.shape[-1] == states
    assert dynamics.fixed_points(model, layer=layer, starts=8).eigenvalues.shape[1] == states
    assert dynamics.memory_capacity(model, layer=layer, delays=2).states == states
    assert dynamics.contributions(model, X, Y, layer=layer).gradient.shape[0] == states


def test_a_loss_takes_the_place_of_the_compiled_one(model):
    def squares(y, y_pred):
        return keras.ops.mean((y - y_pred) ** 2)

    compiled, own = (
        dynamics.backward_gain(model, X, Y, layer="upper", loss=loss) for loss in (None, squares)
    )
    np.testing.assert_allclose(own.gradient, compiled.gradient, rtol=1e-5)
    nothing = dynamics.backward_gain(model, X, Y, layer="upper", loss=lambda y, y_pred: 0 * y_pred)
    assert np.isnan(nothing.gradient).all()


def test_the_same_seed_gives_the_same_numbers(model):
    one, again, other = (
        dynamics.memory_capacity(model, layer="lower", delays=2, seed=seed).r_squared
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    one, again = (dynamics.fixed_points(model, layer="lower", starts=8, seed=1) for _ in range(2))
    np.testing.assert_array_equal(one.points, again.points)
