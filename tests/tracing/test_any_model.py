"""Traces of all kinds of models against an eager tape; see `taped`."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from taped import taped

from keras_rnn_study import trace
from keras_rnn_study.cells import replay
from keras_rnn_study.seams.names import cell_names, recurrent_layers
from keras_rnn_study.tracing import trace_function

BATCH, TIME, FEATURES = 4, 6, 3


class LeakyCell(keras.layers.Layer):
    """A cell of a user's own: two states, and an output that is neither of them."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size, self.output_size = units, [units, 2], units + 1

    def build(self, shape):
        self.mix = self.add_weight(shape=(shape[-1] + self.units + 2, self.units), name="mix")
        self.out = self.add_weight(shape=(self.units, self.output_size), name="out")

    def call(self, inputs, states):
        slow, fast = states
        new = keras.ops.tanh(keras.ops.concatenate([inputs, slow, fast], -1) @ self.mix)
        slow = 0.7 * slow + 0.3 * new
        return slow @ self.out, [slow, new[:, :2] * fast + new[:, 1:3]]


class Subclassed(keras.Model):
    """Nested in a list, in a layer of its own, and by attribute."""

    def __init__(self):
        super().__init__()
        self.stack = [layers.LSTM(4, return_sequences=True), layers.GRU(3, return_sequences=True)]
        self.head = keras.Sequential([layers.SimpleRNN(3), layers.Dense(1)], name="head")

    def call(self, x):
        for layer in self.stack:
            x = x + keras.ops.mean(layer(x), -1, keepdims=True)
        return self.head(x)


def sequential(stack):
    return lambda: keras.Sequential([keras.Input((TIME, FEATURES)), *stack(), layers.Dense(1)])


def encoder_decoder():
    x = keras.Input((TIME, FEATURES))
    _, h, c = layers.LSTM(4, return_state=True, name="encoder")(x)
    y = layers.LSTM(4, return_sequences=True, name="decoder")(x, initial_state=[h, c])
    return keras.Model(x, layers.Dense(1)(y))


def two_inputs_two_outputs():
    a, b = keras.Input((TIME, FEATURES), name="a"), keras.Input((None, FEATURES), name="b")
    left, right = layers.GRU(4, name="left")(a), layers.LSTM(4, name="right")(b)
    out = [layers.Dense(1, name="sum")(left + right), layers.Dense(2, name="pair")(right)]
    return keras.Model([a, b], out)


def skip_connection():
    x = keras.Input((TIME, FEATURES))
    first = layers.SimpleRNN(4, return_sequences=True, name="first")(x)
    second = layers.LSTM(4, return_sequences=True, name="second")(first)
    both = layers.Concatenate()([first, second])
    return keras.Model(x, layers.Dense(1)(both[:, -2]))


def embedded(mask_zero):
    def build():
        stack = [layers.Embedding(9, FEATURES, mask_zero=mask_zero)]
        stack += [layers.LSTM(4, return_sequences=True), layers.Bidirectional(layers.GRU(3))]
        return keras.Sequential([keras.Input((TIME,), dtype="int32"), *stack, layers.Dense(1)])

    return build


MODELS = {
    "one simple_rnn": sequential(lambda: [layers.SimpleRNN(4, activation="relu")]),
    "no bias": sequential(lambda: [layers.LSTM(4, use_bias=False)]),
    "gru without bias": sequential(lambda: [layers.GRU(4, use_bias=False)]),
    "other activations": sequential(
        lambda: [layers.LSTM(4, activation="softsign", recurrent_activation="hard_sigmoid")]
    ),
    "an activation across units": sequential(
        lambda: [layers.LSTM(4, recurrent_activation="softmax")]
    ),
    "stacked": sequential(lambda: [layers.LSTM(4, return_sequences=True), layers.GRU(4)]),
    "unrolled": sequential(lambda: [layers.GRU(4, unroll=True)]),
    "dropout": sequential(lambda: [layers.SimpleRNN(4, dropout=0.5, recurrent_dropout=0.5)]),
    "a cell in RNN": sequential(lambda: [layers.RNN(layers.LSTMCell(4))]),
    "a cell of one's own": sequential(lambda: [layers.RNN(LeakyCell(4), return_sequences=True)]),
    "a stack of cells": sequential(
        lambda: [
            layers.RNN([layers.LSTMCell(4), LeakyCell(3), layers.GRUCell(2)], go_backwards=True)
        ]
    ),
    "bidirectional": sequential(
        lambda: [layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="sum")]
    ),
    "nested": sequential(
        lambda: [
            keras.Sequential([layers.GRU(4, return_sequences=True), layers.LSTM(2)], name="encoder")
        ]
    ),
    "a user's subclass of a cell": sequential(
        lambda: [layers.RNN(type("MyCell", (layers.LSTMCell,), {})(4, dropout=0.3))]
    ),
    "states handed on": encoder_decoder,
    "inputs and outputs": two_inputs_two_outputs,
    "skip connection": skip_connection,
    "subclassed": Subclassed,
    "token ids": embedded(mask_zero=False),
    "masked token ids": embedded(mask_zero=True),
}


def batch_for(model, name):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(BATCH, TIME, FEATURES)).astype("float32")
    if "token" in name:
        x = np.array(
            [[3, 1, 4, 1, 5, 0], [2, 6, 5, 0, 0, 0], [3, 0, 5, 8, 0, 7], [0, 0, 0, 0, 0, 1]]
        )
    if name == "inputs and outputs":
        y = [rng.normal(size=(BATCH, k)).astype("float32") for k in (1, 2)]
        return [x, rng.normal(size=(BATCH, 9, FEATURES)).astype("float32")], y
    prediction = model(x)
    return x, rng.normal(size=prediction.shape).astype("float32")


def compiled(name):
    model = MODELS[name]()
    x, y = batch_for(model, name)
    if model.built is False:
        model(x)
    if isinstance(y, list):
        model.compile(loss=["mse", "mse"], loss_weights=[1.0, 0.3])
    else:
        model.compile(loss="mse")
    return model, x, y


def loops_of(model):
    return {
        name: (layer, cell)
        for path, layer in recurrent_layers(model).items()
        for name, cell in cell_names(path, layer)
    }


def check(model, x, y, sample_weight=None, tolerance=1e-4):
    measured = trace(model, x, y, sample_weight)
    loss, expected = taped(model, loops_of(model), x, y, sample_weight)
    assert measured.loss == pytest.approx(loss, rel=tolerance)
    assert sorted(measured) == sorted(expected)
    for name, layer in measured.items():
        mask = np.ones(layer.states["h"].shape[:2], bool) if layer.mask is None else layer.mask
        pairs = [*zip(layer.states.values(), expected[name]["states"], strict=True)]
        pairs += zip(layer.state_gradients.values(), expected[name]["state_gradients"], strict=True)
        pairs += [(layer.input_gradients, expected[name]["input_gradients"])]
        for actual, wanted in pairs:
            scale = np.abs(wanted[mask]).max()
            assert scale > 0
            assert np.abs(actual - wanted)[mask].max() < tolerance * scale, name
    return measured


@pytest.mark.parametrize("name", MODELS)
def test_replay_or_opened_as_trace_chooses(name):
    model, x, y = compiled(name)
    check(model, x, y)


@pytest.mark.parametrize(
    "name", ["stacked", "unrolled", "bidirectional", "masked token ids", "states handed on"]
)
def test_the_opened_loop_agrees_with_the_replay(name, monkeypatch):
    model, x, y = compiled(name)
    replayed = trace(model, x, y)
    monkeypatch.setattr(replay, "supports", lambda cell: False)
    monkeypatch.setattr(trace_function, "_functions", type(trace_function._functions)())
    opened = check(model, x, y)
    for layer in replayed:
        for field in ("states", "state_gradients"):
            for state, values in getattr(replayed[layer], field).items():
                np.testing.assert_allclose(
                    values, getattr(opened[layer], field)[state], atol=1e-6, rtol=1e-4
                )
        for field in ("output_gradients", "input_gradients"):
            np.testing.assert_allclose(
                getattr(replayed[layer], field), getattr(opened[layer], field), atol=1e-6, rtol=1e-4
            )


def test_sample_weights_weigh():
    model, x, y = compiled("stacked")
    weights = np.array([0.0, 1.0, 2.0, 0.5], "float32")
    measured = check(model, x, y, weights)
    assert np.all(measured["lstm"].state_gradients["c"][0] == 0)


def test_time_may_vary():
    model = keras.Sequential([keras.Input((None, FEATURES)), layers.LSTM(4), layers.Dense(1)])
    model.compile(loss="mse")
    for time in (3, 8):
        check(model, np.random.normal(size=(2, time, FEATURES)), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_float16", 1e-2), ("mixed_bfloat16", 6e-2)]
)
@pytest.mark.parametrize("layer", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_mixed_precision_is_close_to_float32(layer, policy, tolerance):
    """Stated accuracy: 1 % in float16, 6 % in bfloat16, of the largest value."""

    def build(dtype):
        stack = [layer(4, dtype=dtype, return_sequences=True), layer(4, dtype=dtype)]
        model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack, layers.Dense(1)])
        model.compile(keras.optimizers.Adam(), loss="mse", auto_scale_loss="16" in dtype)
        return model

    model, exact = build(policy), build("float32")
    if policy == "mixed_float16":
        model.optimizer = keras.optimizers.LossScaleOptimizer(model.optimizer)
    exact.set_weights(model.get_weights())
    x, y = np.random.normal(size=(BATCH, TIME, FEATURES)), np.ones((BATCH, 1))
    measured, wanted = trace(model, x, y), trace(exact, x, y)
    for a, b in zip(measured.values(), wanted.values(), strict=True):
        for field in ("states", "gates", "state_gradients"):
            for key, value in getattr(b, field).items():
                actual = getattr(a, field)[key]
                assert actual.dtype == np.float32
                assert np.abs(actual - value).max() < tolerance * np.abs(value).max()


def test_float16_gradients_do_not_underflow():
    """The loss scale of training is used, and undone: 1e-9 is zero in float16."""
    stack = [layers.LSTM(4, dtype="mixed_float16"), layers.Dense(1, dtype="mixed_float16")]
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack])
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=2.0**15)
    model.compile(optimizer, loss="mse", loss_weights=1e-6)
    measured = trace(model, np.ones((BATCH, TIME, FEATURES)), np.ones((BATCH, 1)))
    last = np.abs(measured["lstm"].state_gradients["h"][:, -1])
    assert 0 < last.max() < 1e-5


def test_a_shared_layer_has_one_entry_a_call():
    shared = layers.GRU(3, name="shared")
    a, b = keras.Input((TIME, FEATURES)), keras.Input((TIME, FEATURES))
    model = keras.Model([a, b], layers.Dense(1)(shared(a) - shared(b)))
    model.compile(loss="mse")
    x = np.random.normal(size=(2, BATCH, TIME, FEATURES))
    measured = trace(model, list(x), np.ones((BATCH, 1)))
    assert list(measured) == ["shared", "shared/call_2"]
    last = [layer.state_gradients["h"][:, -1] for layer in measured.values()]
    np.testing.assert_allclose(last[0], -last[1], rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bidirectional", ["bidirectional/forward_lstm", "bidirectional/backward_lstm"]),
        ("nested", ["encoder/gru", "encoder/lstm"]),
        ("a stack of cells", ["rnn/lstm_cell", "rnn/leaky_cell", "rnn/gru_cell"]),
        ("subclassed", ["lstm", "gru", "head/simple_rnn"]),
    ],
)
def test_names_say_where_a_layer_is(name, expected):
    assert list(trace(*compiled(name)[:2])) == expected


def test_layers_are_looked_into_by_name_only():
    model, x, y = compiled("stacked")
    everything = trace(model, x, y)
    chosen = list(everything)[1]
    one = trace(model, x, y, layers=[chosen])
    assert list(one) == [chosen]
    np.testing.assert_allclose(
        one[chosen].state_gradients["h"], everything[chosen].state_gradients["h"], rtol=1e-5
    )


def test_without_labels_or_without_gradients_there_are_none():
    model, x, y = compiled("stacked")
    for measured, has_loss in (
        (trace(model, x), False),
        (trace(model, x, y, gradients=False), True),
    ):
        assert (measured.loss is not None) == has_loss
        for layer in measured.values():
            assert layer.state_gradients is None
            assert layer.output_gradients is None
            assert layer.input_gradients is None


def test_a_layer_that_the_loss_does_not_use_has_zero_gradients():
    x = keras.Input((TIME, FEATURES))
    used, unused = layers.GRU(3, name="used")(x), layers.GRU(3, name="unused")(x)
    model = keras.Model(x, [layers.Dense(1)(used), unused])
    model.compile(loss=["mse", None])
    batch = np.random.normal(size=(BATCH, TIME, FEATURES))
    measured = trace(model, batch, [np.ones((BATCH, 1)), np.ones((BATCH, 3))])
    assert np.all(measured["unused"].state_gradients["h"] == 0)
    assert np.any(measured["used"].state_gradients["h"] != 0)


def test_nan_is_shown_as_it_is():
    model, x, y = compiled("stacked")
    y = y.copy()
    y[1] = np.nan
    measured = trace(model, x, y)
    assert np.isnan(measured.loss)
    assert np.isnan(measured["lstm"].state_gradients["h"][1]).all()


def test_compiling_anew_is_noticed():
    model, x, y = compiled("one simple_rnn")
    before = trace(model, x, y).loss
    model.compile(loss="mse", loss_weights=3.0)
    assert trace(model, x, y).loss == pytest.approx(3 * before, rel=1e-5)
    model.set_weights([0 * w for w in model.get_weights()])
    assert trace(model, x, y).loss == pytest.approx(3 * np.mean(y**2), rel=1e-5)


def test_a_trace_is_forgotten_with_its_model():
    import gc

    model, x, y = compiled("one simple_rnn")
    trace(model, x, y)
    known = len(trace_function._functions)
    del model
    keras.utils.clear_session()
    tf.keras.backend.clear_session()
    gc.collect()
    assert len(trace_function._functions) < known


def test_a_stack_of_cells_that_start_from_a_bare_tensor():
    class Bare(keras.layers.Layer):
        state_size = 3

        def build(self, shape):
            self.mix = self.add_weight(shape=(shape[-1] + 3, 3), name="mix")

        def call(self, x, states):
            new = keras.ops.tanh(keras.ops.concatenate([x, states[0]], -1) @ self.mix)
            return new, [new]

    model = sequential(lambda: [layers.RNN([Bare(), Bare()])])()
    model.compile(loss="mse")
    check(model, np.random.normal(size=(BATCH, TIME, FEATURES)), np.ones((BATCH, 1)))


def test_padding_of_nan_stays_where_it_is():
    x = np.random.normal(size=(BATCH, TIME, FEATURES))
    x[:, 4:] = np.nan
    inputs = keras.Input((TIME, FEATURES)), keras.Input((TIME,), dtype="bool")
    mask = np.tile(np.arange(TIME) < 4, (BATCH, 1))
    for layer in (layers.SimpleRNN(3), layers.LSTM(3), layers.GRU(3)):
        hidden = layer(inputs[0], mask=inputs[1])
        model = keras.Model(inputs, layers.Dense(1)(hidden))
        model.compile(loss="mse")
        (measured,) = trace(model, [x, mask], np.ones((BATCH, 1))).values()
        assert np.isfinite(measured.state_gradients["h"]).all()


def test_zeros_at_masked_steps_send_no_gradient_back(monkeypatch):
    """Which is what cuDNN shows there, where Keras' own loop repeats."""
    monkeypatch.setattr(replay, "on_gpu", lambda: True)  # the layer's own loop runs
    shown = {}

    def zeros_at_masked(self, sequences, initial_state, mask, training=False):
        last, outputs, states = keras.layers.RNN.inner_loop(
            self, sequences, initial_state, mask, training
        )
        return last, tf.where(mask[..., None], outputs, tf.zeros_like(outputs)), states

    x = np.random.normal(size=(BATCH, TIME, FEATURES)).astype("float32")
    mask = np.tile(np.arange(TIME) < 4, (BATCH, 1))
    inputs = keras.Input((TIME, FEATURES)), keras.Input((TIME,), dtype="bool")
    layer = layers.LSTM(3, return_sequences=True, name="lstm")
    model = keras.Model(inputs, keras.ops.sum(layer(inputs[0], mask=inputs[1]), axis=[1, 2]))
    model.compile(loss="mse")
    for kind in ("repeats", "zeros"):
        if kind == "zeros":
            vars(layer)["inner_loop"] = zeros_at_masked.__get__(layer)
            trace_function._functions.clear()
        shown[kind] = trace(model, [x, mask], np.zeros(BATCH))["lstm"]
        with tf.GradientTape() as tape:
            sequences = tf.constant(x)
            tape.watch(sequences)
            y = model([sequences, tf.constant(mask)])
            loss = tf.reduce_mean(y**2)
        expected = tape.gradient(loss, sequences)
        np.testing.assert_allclose(shown[kind].input_gradients, expected, atol=1e-6, rtol=1e-4)
    assert np.abs(shown["zeros"].output_gradients - shown["repeats"].output_gradients).max() > 0.1
