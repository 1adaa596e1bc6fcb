"""What the product does to a gradient: known kernels, and the gradients of a trace."""

import keras
import numpy as np
import pytest

from keras_rnn_study import dynamics, measures, trace

TIME, FEATURES, UNITS = 9, 2, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, TIME, FEATURES))


def linear(kernel, time=TIME):
    units = len(kernel)
    layer = keras.layers.SimpleRNN(units, activation=None, name="rnn", dtype="float64")
    model = keras.Sequential([keras.Input((time, FEATURES), dtype="float64"), layer])
    layer.set_weights([np.zeros((FEATURES, units)), kernel, np.zeros(units)])
    return model


def with_head(*layers, return_sequences=False):
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *layers, keras.layers.Dense(1)])
    model.compile(loss="mse")
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.6, w.shape) for w in model.get_weights()])
    y = np.ones((3, TIME, 1) if return_sequences else (3, 1))
    return model, y


@pytest.fixture(scope="module")
def lstm():
    return with_head(keras.layers.LSTM(UNITS, name="lstm"))


def test_a_linear_network_multiplies_with_its_kernel():
    kernel = RNG.normal(size=(UNITS, UNITS))
    gain = dynamics.backward_gain(linear(kernel), X)
    for k in range(1, TIME + 1):
        expected = np.linalg.svd(np.linalg.matrix_power(kernel, k), compute_uv=False)
        np.testing.assert_allclose(10 ** gain.singular_values[:, k - 1], [expected] * 3, rtol=1e-6)
    assert gain.gradient is None
    assert gain.explained is None


def test_the_spectral_radius_misleads_where_a_kernel_is_not_normal():
    kernel = np.triu(np.full((12, 12), 0.9))
    assert measures.spectral_radius(kernel) == pytest.approx(0.9)
    grown = dynamics.backward_gain(linear(kernel, 20), np.zeros((1, 20, 2))).singular_values
    expected = np.linalg.norm(np.linalg.matrix_power(kernel, 20), 2)
    assert 10 ** grown[0, -1, 0] == pytest.approx(expected, rel=1e-6)
    assert grown[0, -1, 0] > 5  # what eigenvalues would say: log10(0.9**20) = -0.9


def test_the_gradient_is_that_of_the_trace(lstm):
    """h's part of the joint gradient is the trace's dL/dh_t, as the loss is at the end."""
    model, y = lstm
    gain = dynamics.backward_gain(model, X, y)
    np.testing.assert_allclose(gain.gradient, gain.total, atol=1e-9)
    np.testing.assert_allclose(gain.explained, 1)
    layer = trace(model, X, y)["lstm"]
    found = dynamics.jacobians(model, X)
    joint = np.concatenate([layer.state_gradients["h"][:, -1], np.zeros((3, UNITS))], axis=1)
    first = np.linalg.norm(joint, axis=1)
    for k in range(1, TIME):
        joint = np.einsum("bi,bij->bj", joint, found[:, TIME - k])
        expected = np.log10(np.linalg.norm(joint, axis=1) / first)
        np.testing.assert_allclose(gain.gradient[:, k - 1], expected, atol=1e-6)
        h = layer.state_gradients["h"][:, TIME - 1 - k]
        np.testing.assert_allclose(joint[:, :UNITS], h, rtol=1e-4, atol=1e-9)
    assert (gain.gradient <= gain.singular_values[..., 0] + 1e-9).all()
    assert (gain.gradient >= gain.singular_values[..., -1] - 1e-9).all()


@pytest.mark.parametrize("backwards", [False, True])
def test_with_a_loss_at_every_step_the_total_is_a_sum(backwards):
    gru = keras.layers.GRU(UNITS, return_sequences=True, go_backwards=backwards, name="gru")
    model, y = with_head(gru, return_sequences=True)
    step = 2 if backwards else TIME - 3
    gain = dynamics.backward_gain(model, X, y, step=step)
    assert gain.gradient.shape == (3, TIME - 2)
    norms = np.linalg.norm(trace(model, X, y)["gru"].state_gradients["h"], axis=2)
    norms = norms[:, ::-1] if backwards else norms  # as the loop ran
    at = TIME - 3
    expected = np.log10(norms[:, at - 1 :: -1] / norms[:, at, None])
    np.testing.assert_allclose(gain.total[:, :-1], expected, atol=1e-4)
    assert np.abs(gain.explained - 1).max() > 0.05
    assert (gain.gradient <= gain.singular_values[..., 0] + 1e-9).all()


def test_what_comes_in_by_the_final_state_counts():
    inputs = keras.Input((TIME, FEATURES))
    _, _, c = keras.layers.LSTM(UNITS, return_state=True, name="lstm")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(c))
    model.compile(loss="mse")
    gain = dynamics.backward_gain(model, X, np.ones((3, 1)))
    totals = trace(model, X, np.ones((3, 1)))["lstm"].state_gradients
    h = np.linalg.norm(totals["h"], axis=2)
    assert not h[:, -1].any()  # nothing by way of h there, and something one step before
    assert h[:, -2].all()
    assert np.isfinite(gain.gradient).all()


def test_masked_steps_are_counted_and_change_nothing(lstm):
    model, y = with_head(keras.layers.Masking(), keras.layers.LSTM(UNITS, name="lstm"))
    model.set_weights(lstm[0].get_weights())
    x = X.copy()
    x[:, 6:] = 0
    gain = dynamics.backward_gain(model, x, y)
    np.testing.assert_allclose(gain.singular_values[:, :3], 0, atol=1e-9)
    np.testing.assert_allclose(gain.gradient[:, :3], 0, atol=1e-9)
    assert (gain.singular_values[:, 3, -1] < -0.1).all()


def test_what_cannot_be_answered_is_said(lstm):
    model, y = lstm
    with pytest.raises(ValueError, match="step must be 8 at most"):
        dynamics.backward_gain(model, X, y, step=TIME)
    assert "9 steps back: largest 1e" in repr(dynamics.backward_gain(model, X, y))
