"""A trace's graph is kept, and made anew when a model is no longer what it was built of."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study import fused, trace
from keras_rnn_study.tracing import trace_function

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 6, 3)).astype("float32")
Y = RNG.normal(size=(4, 1)).astype("float32")


def build():
    stack = [
        layers.LSTM(3, return_sequences=True, kernel_regularizer="l2", name="lstm"),
        layers.GRU(2, name="gru"),
    ]
    model = keras.Sequential([keras.Input((6, 3)), *stack, layers.Dense(1, name="head")])
    model.compile("adam", loss="mse")
    return model


def set_activation(model):
    model.get_layer("lstm").cell.activation = keras.activations.relu


def set_gates(model):
    model.get_layer("gru").cell.recurrent_activation = keras.activations.relu


def set_head(model):
    model.get_layer("head").activation = lambda z: z**2


def turn_round(model):
    model.get_layer("lstm").go_backwards = True


def freeze(model):
    model.get_layer("lstm").trainable = False  # its regularizer counts no more


@pytest.mark.parametrize("change", [set_activation, set_gates, set_head, turn_round, freeze])
def test_a_setting_changed_in_place_is_noticed(change):
    model = build()
    before = trace(model, X, Y)
    change(model)
    changed = trace(model, X, Y)
    trace_function._functions.clear()
    fresh = trace(model, X, Y)
    assert fresh.loss != pytest.approx(before.loss, rel=1e-4)
    assert changed.loss == fresh.loss
    for name in fresh:
        assert changed[name].activations == fresh[name].activations
        np.testing.assert_array_equal(
            changed[name].state_gradients["h"], fresh[name].state_gradients["h"]
        )


def test_one_lambda_after_another_is_noticed():
    """Where the first is gone, the second may have its place in memory."""
    model = build()
    losses = []
    for power in (1, 2, 3):
        model.get_layer("head").activation = lambda z, power=power: z**power
        losses.append(trace(model, X, Y).loss)
    assert len(set(losses)) == 3


def test_training_in_between_keeps_the_graph():
    model = build()
    trace(model, X, Y)
    graphs = [function for _, function in trace_function._functions[model].values()]
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    trace(model, X, Y)
    assert [function for _, function in trace_function._functions[model].values()] == graphs


def test_a_loss_of_ones_own_is_part_of_it():
    model = build()
    by_name = trace(model, X, Y, loss="mae").loss
    assert trace(model, X, Y, loss="mse").loss != by_name
    regularized = trace(model, X, Y, loss="mse").loss + float(sum(model.losses))
    assert trace(model, X, Y).loss == pytest.approx(regularized, rel=1e-5)
    kept = len(trace_function._functions[model])
    for factor in range(3):
        trace(model, X, Y, loss=lambda y, p, factor=factor: factor * keras.ops.mean(p))
    assert len(trace_function._functions[model]) == kept


def test_fused_and_undone_a_trace_shows_the_same():
    model = build()
    plain = trace(model, X, Y)
    with fused(model):
        on_fused = trace(model, X, Y)
    again = trace(model, X, Y)
    for t in (on_fused, again):
        np.testing.assert_allclose(
            t["lstm"].state_gradients["h"], plain["lstm"].state_gradients["h"], rtol=1e-4, atol=1e-7
        )
