"""A trace takes what `evaluate` takes: Keras says whether a batch fits, and no axis is compared."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_rnn_study import trace
from keras_rnn_study.tracing.model_call import build

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 9, 2)).astype("float32")
Y = RNG.normal(size=(64, 1)).astype("float32")
TEXTS = ["a b c", "b c", "c d e f"]


def without_input(**settings):
    model = keras.Sequential([layers.LSTM(3, name="lstm", **settings), layers.Dense(1)])
    model.compile("adam", loss="mse")
    return model


def agrees(model, x, y):
    """The loss is that of `evaluate`, where Keras takes the same batch as one."""
    expected = model.evaluate(x, y, batch_size=64, verbose=0)
    measured = trace(model, x, y)
    assert measured.loss == pytest.approx(expected, rel=1e-5)
    for layer in measured.values():
        assert np.isfinite(layer.state_gradients["h"]).all()
        assert np.abs(layer.state_gradients["h"]).max() > 0
    return measured


@pytest.fixture(scope="module")
def fitted():
    """The commonest form in tutorials; Keras gives it the shape of its first batch."""
    model = without_input()
    model.fit(X, Y, verbose=0)
    assert model.inputs[0].shape == (32, 9, 2)
    return model


@pytest.mark.parametrize("size", [1, 8, 32, 64])
def test_a_model_without_input_takes_any_batch_size(fitted, size):
    assert agrees(fitted, X[:size], Y[:size])["lstm"].states["h"].shape == (size, 9, 3)


def test_and_any_length_as_for_keras(fitted):
    assert agrees(fitted, X[:, :5], Y)["lstm"].states["h"].shape == (64, 5, 3)


def test_and_is_the_same_from_a_file(fitted, tmp_path):
    fitted.save(tmp_path / "model.keras")
    agrees(keras.models.load_model(tmp_path / "model.keras"), X[:8], Y[:8])


def test_a_batch_that_it_does_not_take_is_told_without_the_size(fitted):
    with pytest.raises(ValueError, match=r"shape \(8, 9, 5\), but model 'sequential.*takes \(None"):
        trace(fitted, np.ones((8, 9, 5)), Y[:8])


def test_a_stateful_batch_of_the_wrong_size():
    model = without_input(stateful=True)
    model.fit(X, Y, batch_size=32, verbose=0)
    before = model.layers[0].states[0].numpy()
    trace(model, X[:32], Y[:32])
    with pytest.raises(ValueError, match=r"shape \(8, 9, 2\).*takes \(32, 9, 2\): If an RNN is st"):
        trace(model, X[:8], Y[:8])
    np.testing.assert_array_equal(model.layers[0].states[0].numpy(), before)


def with_texts():
    vectorization = layers.TextVectorization(max_tokens=20, output_sequence_length=6)
    vectorization.adapt(TEXTS)
    stack = [layers.Embedding(20, 4, mask_zero=True), layers.LSTM(3, name="lstm"), layers.Dense(1)]
    model = keras.Sequential([keras.Input((1,), dtype="string"), vectorization, *stack])
    model.compile("adam", loss="mse")
    return model


def test_texts_in_every_form():
    model = with_texts()
    expected = model.evaluate(tf.constant(TEXTS), Y[:3], verbose=0)
    strings = np.array(TEXTS)
    for x in (
        tf.constant(TEXTS),  # rank 1, where the model was given (1,)
        tf.constant(TEXTS)[:, None],
        strings,
        strings.astype(object),
        list(strings),
        TEXTS,
    ):
        measured = trace(model, x, Y[:3])
        assert measured.loss == pytest.approx(expected, rel=1e-5)
        assert measured["lstm"].mask.sum(axis=1).tolist() == [3, 2, 4]


@pytest.mark.parametrize("axis", [-1, 1])
def test_ranks_that_keras_adjusts(axis):
    x = keras.Input((9, 1))
    model = keras.Model(x, layers.Dense(1)(layers.GRU(3, name="gru")(x)))
    model.compile(loss="mse")
    given = X[:, :, 0] if axis == -1 else X[:, :, :1, None]
    agrees(model, given, Y)


def test_inputs_by_name_in_any_order():
    a, b = keras.Input((9, 2), name="a"), keras.Input((None, 2), name="b")
    hidden = layers.LSTM(3, name="left")(a) + layers.GRU(3, name="right")(b)
    for inputs in ([a, b], {"a": a, "b": b}):
        model = keras.Model(inputs, layers.Dense(1)(hidden))
        model.compile(loss="mse")
        agrees(model, {"b": X[:, :4], "a": X}, Y)
        with pytest.raises(
            ValueError, match=r"Received inputs of shape \{'a': \(64, 9, 2\)\}.*'b'"
        ):
            trace(model, {"a": X}, Y)


def test_labels_in_any_shape_that_the_loss_takes():
    model = keras.Sequential([keras.Input((9, 2)), layers.SimpleRNN(3), layers.Dense(1)])
    model.compile(loss="mse")
    for y in (Y, Y[:, 0], Y[:, 0].tolist(), list(Y[:, 0]), tf.constant(Y)):
        assert trace(model, X, y).loss == pytest.approx(trace(model, X, Y).loss, rel=1e-6)


def test_a_convolutional_lstm_has_a_cell_state():
    model = keras.Sequential(
        [
            keras.Input((4, 5, 5, 1)),
            layers.ConvLSTM2D(2, 3, name="frames", return_sequences=True),
            layers.GlobalAveragePooling3D(),
            layers.Dense(1),
        ]
    )
    model.compile(loss="mse")
    measured = agrees(model, RNG.normal(size=(3, 4, 5, 5, 1)), Y[:3])["frames"]
    assert list(measured.states) == list(measured.state_gradients) == ["h", "c"]
    assert measured.states["c"].shape == (3, 4, 3, 3, 2)


class TestBuild:
    def test_weights_are_those_that_fit_would_make(self):
        def weights(build_first):
            keras.utils.set_random_seed(1)
            model = keras.Sequential([layers.LSTM(3, dropout=0.2), layers.Dense(1)])
            model.compile(keras.optimizers.SGD(0.0), loss="mse")
            if build_first:
                assert build(model, X[:5])
                assert model.inputs[0].shape == (None, 9, 2)
            model.fit(X, Y, batch_size=30, verbose=0)
            return model.get_weights()

        for built, plain in zip(weights(True), weights(False), strict=True):
            np.testing.assert_array_equal(built, plain)

    def test_a_stateful_model_is_left_to_fit(self):
        model = without_input(stateful=True)
        assert not build(model, X[:5])
        model.fit(X, Y, batch_size=32, verbose=0)
        assert build(model, X[:32])

    def test_a_subclassed_model_and_its_losses(self):
        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.lstm, self.head = layers.LSTM(3), layers.Dense(1)

            def call(self, x):
                self.add_loss(keras.ops.mean(x))
                return self.head(self.lstm(x))

        model = Model()
        assert build(model, X[:5])
        assert model.losses == []
        assert trace(model, X[:5])["lstm"].states["h"].shape == (5, 9, 3)

    def test_a_batch_that_does_not_fit(self):
        with pytest.raises(ValueError, match=r"shape \(None, 9\), but model"):
            build(without_input(), X[:, :, 0])
