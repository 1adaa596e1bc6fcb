"""dL/dU as a sum over steps: against a hand-written tape, also one that is cut k steps back."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import dynamics

BATCH, TIME, FEATURES, UNITS = 3, 6, 2, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(BATCH, TIME, FEATURES)).astype("float32")


class Leaky(keras.layers.Layer):
    """h' = tanh(x W + h U) / 2 + h / 2, and an output that is not the state."""

    state_size = output_size = UNITS

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], UNITS), name="w")
        self.u = self.add_weight(shape=(UNITS, UNITS), name="recurrent_kernel")

    def call(self, x, states):
        h = (keras.ops.tanh(x @ self.w + states[0] @ self.u) + states[0]) / 2
        return 2 * h, [h]


CASES = {
    "simple_rnn": lambda: keras.layers.SimpleRNN(UNITS, name="rnn"),
    "lstm": lambda: keras.layers.LSTM(UNITS, name="rnn"),
    "gru": lambda: keras.layers.GRU(UNITS, name="rnn", return_sequences=True),
    "gru_reset_before": lambda: keras.layers.GRU(
        UNITS, name="rnn", reset_after=False, go_backwards=True
    ),
    "leaky": lambda: keras.layers.RNN(Leaky(), name="rnn"),
}


def build(case, masked=False):
    layer = CASES[case]()
    before = [keras.layers.Masking()] if masked else []
    stack = [keras.Input((TIME, FEATURES)), *before, layer, keras.layers.Dense(1)]
    model = keras.Sequential(stack)
    model.compile(loss="mse")
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.6, w.shape) for w in model.get_weights()])
    return model, np.ones((BATCH, TIME, 1) if layer.return_sequences else (BATCH, 1), "float32")


def taped(model, x, y, cut=None):
    """dL/dU with the state held constant before the last `cut` steps; no part of the toolkit."""
    layer = model.get_layer("rnn")
    u = next(w for w in layer.cell.trainable_variables if w.name == "recurrent_kernel")
    mask = np.any(x != 0, axis=2)
    x = x[:, ::-1] if layer.go_backwards else x
    time = x.shape[1]
    with tf.GradientTape() as tape:
        states = [tf.zeros((BATCH, UNITS))] * (2 if "lstm" in layer.name + str(layer.cell) else 1)
        if isinstance(layer, keras.layers.LSTM):
            states = [tf.zeros((BATCH, UNITS))] * 2
        shown, outputs = tf.zeros((BATCH, UNITS)), []
        for t in range(time):
            if cut is not None and t < time - cut:
                with tape.stop_recording():
                    out, new = layer.cell(x[:, t], states)
            else:
                out, new = layer.cell(x[:, t], states)
            valid = mask[:, t, None]
            states = [tf.where(valid, a, b) for a, b in zip(new, states, strict=True)]
            shown = tf.where(valid, out, shown)
            outputs.append(shown)
        emitted = tf.stack(outputs, axis=1) if layer.return_sequences else shown
        loss = model.compute_loss(x, y, model.layers[-1](emitted))
    return tape.gradient(loss, u.value, unconnected_gradients="zero").numpy()


@pytest.mark.parametrize("case", CASES)
def test_the_sum_is_the_gradient_and_parts_are_those_of_a_cut_tape(case):
    model, y = build(case)
    found = dynamics.contributions(model, X, y)
    np.testing.assert_allclose(found.gradient, taped(model, X, y), rtol=1e-4, atol=1e-7)
    assert found.share_beyond[0] == 1
    for k in range(1, TIME):
        # Cut there, the near steps keep their own share: what goes further back only adds others.
        near = taped(model, X, y, cut=k)
        sizes = np.linalg.norm(found.gradient - near), np.linalg.norm(near)
        assert found.share_beyond[k] == pytest.approx(sizes[0] / sum(sizes), abs=1e-4)


@pytest.mark.parametrize("case", ["lstm", "leaky"])
def test_masked_steps_add_nothing(case):
    x = X.copy()
    x[:, 4:], x[:, 1] = 0, 0
    model, y = build(case, masked=True)
    found = dynamics.contributions(model, x, y)
    np.testing.assert_allclose(found.gradient, taped(model, x, y), rtol=1e-4, atol=1e-7)
    assert (found.norms[[0, 1, 4]] == 0).all()
    assert (found.norms[[2, 3]] > 0).all()


def test_another_weight_is_asked_for_by_its_name():
    model, y = build("lstm")
    found = dynamics.contributions(model, X, y, weight="kernel")
    with tf.GradientTape() as tape:
        loss = model.compute_loss(X, y, model(X))
    expected = tape.gradient(loss, model.get_layer("rnn").cell.kernel.value)
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-4, atol=1e-7)
    with pytest.raises(ValueError, match="Did you mean 'kernel'"):
        dynamics.contributions(model, X, y, weight="kernal")


def test_without_a_loss_there_is_nothing_to_take_apart():
    model, y = build("simple_rnn")
    with pytest.raises(ValueError, match="There is no loss"):
        dynamics.contributions(model, X)
    assert "|dL/dU|=" in repr(dynamics.contributions(model, X, y))


def test_a_frozen_layer_has_a_gradient_that_nobody_applies():
    model, y = build("lstm")
    expected = dynamics.contributions(model, X, y).gradient
    model.get_layer("rnn").trainable = False
    np.testing.assert_allclose(dynamics.contributions(model, X, y).gradient, expected, rtol=1e-6)
