"""Where the state rests: networks whose points are roots that bisection finds."""

import itertools

import keras
import numpy as np
import pytest

from keras_rnn_study import dynamics


def rnn(kernel, bias=0.0, cell=keras.layers.SimpleRNN):
    layer = cell(len(kernel), name="rnn")
    model = keras.Sequential([keras.Input((None, 1)), layer])
    layer.set_weights([np.ones((1, len(kernel))), np.array(kernel), np.full(len(kernel), bias)])
    return model


def roots(gain, drive):
    """All h with h = tanh(gain h + drive), by bisection between the turning points."""

    def excess(h):
        return np.tanh(gain * h + drive) - h

    turn = np.sqrt(1 - 1 / gain) if gain > 1 else 0
    turns = sorted((np.arctanh(s * turn) - drive) / gain for s in (-1, 1))
    found = []
    for low, high in itertools.pairwise([-1.5, *turns, 1.5]):
        if excess(low) * excess(high) > 0:
            continue
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if excess(low) * excess(middle) <= 0 else (middle, high)
        found.append(middle)
    return np.array(found)


def test_a_flip_flop_has_nine_points():
    """Two units that hold a bit each: four stable corners, four saddles, the middle unstable."""
    found = dynamics.fixed_points(rnn(np.diag([2.0, 1.5])))
    one, other = roots(2.0, 0.0), roots(1.5, 0.0)
    expected = np.array(list(itertools.product(one, other)))
    assert len(found) == len(expected) == 9
    for point in expected:
        at = np.argmin(np.abs(found.points - point).max(axis=1))
        np.testing.assert_allclose(found.points[at], point, atol=1e-12)
        slopes = np.array([2.0, 1.5]) * (1 - point**2)  # diagonal: these are the eigenvalues
        np.testing.assert_allclose(found.eigenvalues[at], sorted(slopes, reverse=True), atol=1e-9)
        kind = {0: "stable", 1: "saddle", 2: "unstable"}[int(np.sum(slopes > 1))]
        assert found.kinds[at] == kind
    assert sorted(found.kinds) == ["saddle"] * 4 + ["stable"] * 4 + ["unstable"]
    assert (found.speeds < 1e-12).all()
    assert "4 stable" in repr(found)


def test_the_input_moves_them_until_one_is_left():
    model = rnn([[2.0]])
    for drive, count in ((0.2, 3), (1.5, 1)):
        found = dynamics.fixed_points(model, inputs=[drive], starts=64)
        expected = roots(2.0, drive)
        assert len(found) == len(expected) == count
        np.testing.assert_allclose(np.sort(found.points[:, 0]), np.sort(expected), atol=1e-12)


def test_an_lstm_that_holds_a_bit_in_c():
    """f = 1 and i g of a push towards the sign of h: points on both sides of 0."""
    layer = keras.layers.LSTM(1, name="rnn")
    model = keras.Sequential([keras.Input((None, 1)), layer])
    layer.set_weights([np.zeros((1, 4)), np.array([[0, 0, 3.0, 0]]), np.array([5.0, 0.0, 0, 5.0])])
    found = dynamics.fixed_points(model, starts=128)
    f, gate = 0.5, 1 / (1 + np.exp(-5))

    def excess(c):  # c = f c + i tanh(3 o tanh(c))
        return f * c + gate * np.tanh(3 * gate * np.tanh(c)) - c

    low, high = 0.5, 4.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    c = np.sort(found.points[:, 1])
    np.testing.assert_allclose(c, [-low, 0, low], atol=1e-7)
    assert sorted(found.kinds) == ["saddle", "stable", "stable"]


def test_slow_points_are_kept_where_asked_for():
    """Just before the fold the map is slow where two points will be born; there is no point yet."""
    model = rnn([[1.0]], bias=0.005)
    few = dynamics.fixed_points(model, starts=32)
    slow = dynamics.fixed_points(model, starts=32, tolerance=0.05)
    assert len(few) == 1
    assert len(slow) >= len(few)
    assert (slow.speeds <= 0.05).all()


def test_starts_may_be_given_and_no_point_is_an_answer():
    model = rnn([[2.0]])
    found = dynamics.fixed_points(model, starts=[[0.9], [0.8]])
    assert found.found.tolist() == [2]
    grows = keras.Sequential(
        [keras.Input((None, 1)), keras.layers.SimpleRNN(1, activation=None, name="rnn")]
    )
    grows.layers[0].set_weights([np.ones((1, 1)), np.ones((1, 1)), np.array([0.5])])
    none = dynamics.fixed_points(grows, starts=4)
    assert len(none) == 0
    assert none.points.shape == (0, 1)
    assert repr(none) == "FixedPoints(none; 0 of 4 starts ended at one)"


def test_what_cannot_be_answered_is_said():
    model = rnn([[2.0]])
    with pytest.raises(ValueError, match=r"inputs of shape \(2,\); expected \(1,\)"):
        dynamics.fixed_points(model, inputs=[1, 2])
    with pytest.raises(ValueError, match=r"starts of shape \(1, 2\)"):
        dynamics.fixed_points(model, starts=[[1, 2]])
    with pytest.raises(ValueError, match="tolerance must be a number above 0"):
        dynamics.fixed_points(model, tolerance=-1)
    with pytest.raises(ValueError, match="not built"):
        dynamics.fixed_points(keras.Sequential([keras.layers.LSTM(2)]))


class Leaky(keras.layers.Layer):
    """A cell without a `kernel`, of which nobody knows what it takes but itself."""

    state_size = output_size = 3

    def build(self, shape):
        self.weight = self.add_weight(shape=(shape[-1], 3))

    def call(self, x, states, training=False):
        after = 0.5 * states[0] + keras.ops.matmul(x, self.weight)
        return after, [after]


def test_inputs_that_a_cell_of_the_user_s_own_does_not_take_are_told():
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.RNN(Leaky())])
    with pytest.raises(ValueError, match=r"A Leaky cannot be run on inputs of shape \(3,\)"):
        dynamics.fixed_points(model, inputs=[0, 0, 0])
    found = dynamics.fixed_points(model, inputs=[0, 0], starts=4)
    np.testing.assert_allclose(found.points, np.zeros((1, 3)), atol=1e-4)
