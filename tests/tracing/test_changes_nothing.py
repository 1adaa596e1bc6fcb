"""A trace leaves no trace: all that a model has is the same after it, bit for bit."""

import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study import trace

X = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(4, 1)).astype("float32")


class Sampling(layers.Layer):
    """Draws random numbers in inference too, and counts its calls in a weight."""

    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(3)

    def build(self, shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.calls.assign_add(1.0)
        self.add_loss(1e-3 * keras.ops.mean(x**2))
        return x + 0.1 * keras.random.normal(keras.ops.shape(x), seed=self.seed)


def build():
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(4, 6, 3)),
            layers.LSTM(5, stateful=True, return_sequences=True, dropout=0.2),
            Sampling(),
            layers.BatchNormalization(),
            layers.SimpleRNN(4, recurrent_dropout=0.3),
            layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    return model


def everything(model):
    """All variables by path: weights, seeds, states, optimizer and metrics."""
    found = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [(v.path, v.numpy()) for v in found]


def saved(model, path):
    model.save(path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name != "metadata.json"}


def same(a, b):
    assert [path for path, _ in a] == [path for path, _ in b]
    for (path, before), (_, after) in zip(a, b, strict=True):
        assert np.array_equal(before, after), path


def fitted(model):
    model.fit(X, Y, batch_size=4, epochs=2, shuffle=True, verbose=0)


def test_variables_file_and_functions_stay(tmp_path):
    model = build()
    fitted(model)
    before, file = everything(model), saved(model, tmp_path / "a.keras")
    functions = model.train_function, model.test_function, model.predict_function
    attributes = [dict(vars(layer)) for layer in model._flatten_layers()]
    trace(model, X, Y)
    trace(model, X, gradients=False)
    same(before, everything(model))
    assert saved(model, tmp_path / "b.keras") == file
    assert functions == (model.train_function, model.test_function, model.predict_function)
    for layer, known in zip(model._flatten_layers(), attributes, strict=True):
        assert vars(layer).keys() == known.keys()


def test_states_of_a_stateful_layer_are_read_and_kept():
    model = build()
    fitted(model)
    state = model.layers[0].states[0].numpy()
    assert np.any(state != 0)
    first = trace(model, X)["lstm"].states["h"]
    again = trace(model, X)["lstm"].states["h"]
    assert np.array_equal(first, again)
    model.layers[0].reset_state()
    fresh = trace(model, X)["lstm"].states["h"]
    assert not np.array_equal(first, fresh)


@pytest.mark.parametrize("traced", ["never trained", "between"])
def test_the_next_fit_is_the_same(traced):
    def train(with_trace):
        model = build()
        if traced == "between":
            fitted(model)
        if with_trace:
            trace(model, X, Y)
        drawn = keras.random.uniform((3,))
        numpy_drawn = np.random.random(3)
        fitted(model)
        return everything(model), np.array(drawn), numpy_drawn

    (with_trace, drawn_a, numpy_a), (without, drawn_b, numpy_b) = train(True), train(False)
    same(without, with_trace)
    assert np.array_equal(drawn_a, drawn_b)
    assert np.array_equal(numpy_a, numpy_b)


def test_losses_that_layers_added_stay():
    model = build()
    model(X)
    before = [np.array(loss) for loss in model.losses]
    trace(model, X, Y)
    assert [np.array(loss) for loss in model.losses] == before
    assert len(before) == 1


def test_losses_that_layers_add_count():
    model = keras.Sequential(
        [
            keras.Input((6, 3)),
            layers.LSTM(3, activity_regularizer="l2", kernel_regularizer="l1"),
            layers.Dense(1),
        ]
    )
    model.compile(loss="mse")
    expected = model.evaluate(X, Y, verbose=0)
    assert trace(model, X, Y).loss == pytest.approx(expected, rel=1e-5)
    assert expected > np.mean((model.predict(X, verbose=0) - Y) ** 2) + 1e-3


def test_an_error_restores_everything():
    model = build()
    fitted(model)
    before = everything(model)
    with pytest.raises(ValueError, match="must have the same number of samples"):
        trace(model, X, Y[:2])
    with pytest.raises((ValueError, TypeError)):
        trace(model, X, [Y, Y, Y])  # goes wrong within Keras, in the middle of a trace
    same(before, everything(model))
    assert all("inner_loop" not in vars(layer) for layer in model.layers)


def test_a_trace_within_a_strategy_is_that_of_one_model():
    import tensorflow as tf

    cpus = [cpu.name for cpu in tf.config.list_logical_devices("CPU")[:2]]
    reduce = tf.distribute.ReductionToOneDevice()
    with tf.distribute.MirroredStrategy(cpus, cross_device_ops=reduce).scope():
        model = keras.Sequential([keras.Input((6, 3)), layers.GRU(3), layers.Dense(1)])
        model.compile(loss="mse")
        inside = trace(model, X, Y)
    outside = trace(model, X, Y)
    assert inside.loss == pytest.approx(outside.loss)
    for a, b in zip(inside.values(), outside.values(), strict=True):
        np.testing.assert_allclose(a.state_gradients["h"], b.state_gradients["h"], rtol=1e-5)
