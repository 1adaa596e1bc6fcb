"""What the state still has of past inputs: against the theory of linear networks."""

import keras
import numpy as np
import pytest

from keras_rnn_study import dynamics

RNG = np.random.default_rng(0)


def linear(kernel, weights):
    layer = keras.layers.SimpleRNN(len(kernel), activation=None, name="rnn")
    model = keras.Sequential([keras.Input((None, len(weights))), layer])
    layer.set_weights([np.array(weights), np.array(kernel), np.zeros(len(kernel))])
    return model


def test_a_delay_line_remembers_as_many_steps_as_it_has_units_and_no_more():
    line = np.eye(6, k=1)
    found = dynamics.memory_capacity(linear(line, np.eye(1, 6)), delays=12)
    np.testing.assert_allclose(found.r_squared[:6], 1, atol=1e-6)
    np.testing.assert_allclose(found.r_squared[6:], 0, atol=0.01)
    assert found.total == pytest.approx(6, abs=0.05)
    assert repr(found).endswith("R^2 below 0.5 at delay 6)")


def test_any_linear_network_has_its_number_of_units():
    """Jaeger's theorem: the total is exactly the number of units, whatever the kernel."""
    kernel = RNG.normal(size=(8, 8))
    kernel *= 0.8 / np.abs(np.linalg.eigvals(kernel)).max()
    found = dynamics.memory_capacity(linear(kernel, RNG.normal(size=(1, 8))), delays=60)
    assert found.total == pytest.approx(8, abs=0.1)
    assert found.states == 8
    two = dynamics.memory_capacity(linear(kernel, RNG.normal(size=(2, 8))), delays=60)
    assert two.total == pytest.approx(8, abs=0.1)  # shared by two inputs
    assert two.by_feature.shape == (60, 2)


def test_the_decay_of_a_leaky_unit_is_known():
    """h_t = a h_{t-1} + x_t has R^2 = (1 - a^2) a^(2 k)."""
    found = dynamics.memory_capacity(linear([[0.7]], [[1.0]]), delays=8)
    np.testing.assert_allclose(found.r_squared, (1 - 0.49) * 0.49 ** np.arange(8), atol=0.02)


def test_a_nonlinear_network_stays_below_the_bound():
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.LSTM(3, name="lstm")])
    found = dynamics.memory_capacity(model, delays=15)
    assert 0 < found.total < found.states == 6


def test_real_inputs_are_read_from_the_trace_of_a_batch():
    x = RNG.normal(size=(40, 30, 2))
    x[..., 1] = 1  # a feature that does not vary
    model = linear(np.eye(4, k=1), np.eye(2, 4))
    found = dynamics.memory_capacity(model, x, delays=6)
    assert np.isnan(found.by_feature[:, 1]).all()
    np.testing.assert_allclose(found.r_squared, [1, 1, 1, 1, 0, 0], atol=0.03)


def test_what_cannot_be_answered_is_said():
    model = linear([[0.5]], [[1.0]])
    with pytest.raises(ValueError, match="1 samples of 9 steps"):
        dynamics.memory_capacity(model, np.ones((1, 9, 1)), delays=3)
    with pytest.raises(ValueError, match="ridge must be a number above 0"):
        dynamics.memory_capacity(model, ridge=-1)


@pytest.mark.parametrize("gain", [np.nan, 1e30], ids=["NaN", "overflow"])
def test_states_that_are_no_numbers_tell_nothing(gain):
    found = dynamics.memory_capacity(linear([[gain]], [[1.0]]), delays=3)
    assert np.isnan(found.r_squared).all()
    assert np.isnan(found.total)
    assert repr(found) == "MemoryCapacity(nan of 1 states; R^2 not known)"


def test_a_convolution_is_looked_at_on_real_batches_only():
    convolved = keras.layers.ConvLSTM1D(2, 3)
    model = keras.Sequential([keras.Input((9, 5, 2)), convolved])
    for ask in (dynamics.memory_capacity, dynamics.fixed_points):
        with pytest.raises(ValueError, match="not known to be vectors"):
            ask(model)
    assert dynamics.memory_capacity(model, RNG.normal(size=(8, 9, 5, 2)), delays=2).states == 12
