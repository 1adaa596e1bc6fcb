"""Every message says what was received, what was expected, and how to mend it."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study import trace

X, Y = np.ones((4, 6, 3)), np.ones((4, 1))


def model_of(*stack, compile=True):
    model = keras.Sequential([keras.Input((6, 3)), *stack, layers.Dense(1)])
    if compile:
        model.compile(loss="mse")
    return model


def test_unbuilt_model():
    with pytest.raises(ValueError, match=r"not built.*`model.build\(input_shape\)` first"):
        trace(keras.Sequential([layers.LSTM(3)]), X)


def test_no_recurrent_layer():
    with pytest.raises(ValueError, match=r"no recurrent layer.*Expected at least one"):
        trace(model_of(layers.Flatten()), X)


def test_labels_without_a_loss():
    with pytest.raises(ValueError, match=r"not compiled.*Call `model.compile\(loss=...\)` first"):
        trace(model_of(layers.LSTM(3), compile=False), X, Y)


@pytest.mark.parametrize("x", [np.ones((4, 9, 3)), np.ones((4, 6, 2)), np.ones((6, 3))])
def test_another_shape_than_the_model_takes(x):
    with pytest.raises(ValueError, match=r"shape .*takes \(None, 6, 3\)"):
        trace(model_of(layers.LSTM(3)), x, np.ones((len(x), 1)))


def test_different_numbers_of_samples():
    with pytest.raises(ValueError, match=r"Received: x: \['4'\], y: \['3'\]. Cut them"):
        trace(model_of(layers.LSTM(3)), X, Y[:3])


def test_unknown_layer_names_the_nearest():
    with pytest.raises(ValueError, match=r"no recurrent layer 'lst'. Did you mean 'lstm'\?"):
        trace(model_of(layers.LSTM(3)), X, Y, layers=["lst"])


def test_a_name_is_not_a_list_of_names():
    with pytest.raises(ValueError, match=r"must be a list.*Write layers=\['lstm'\]"):
        trace(model_of(layers.LSTM(3)), X, Y, layers="lstm")


def test_a_layer_with_a_loop_of_its_own():
    class Own(layers.LSTM):
        def inner_loop(self, sequences, initial_state, mask, training=False):
            return super().inner_loop(sequences, initial_state, mask, training)

    with pytest.raises(ValueError, match=r"Own overrides `inner_loop`.*Leave the layer out"):
        trace(model_of(Own(3, name="own")), X, Y)


def test_a_layer_called_inside_of_a_function_of_the_models_own():
    import tensorflow as tf

    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = layers.LSTM(3), layers.Dense(1)

        def call(self, x):
            return self.head(tf.function(self.lstm)(x))

    model = Wrapped()
    model(X)
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"tf.function.*Remove the decorator"):
        trace(model, X, Y)


def test_a_function_of_the_models_own_that_was_traced_before():
    import tensorflow as tf

    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = layers.LSTM(3), layers.Dense(1)
            self.encode = tf.function(lambda x: self.lstm(x))

        def call(self, x, training=False):
            return self.head(self.encode(x))

    model = Wrapped()
    model(X.astype("float32"))
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"did not call the loop of 'lstm'.*Remove the decorator"):
        trace(model, X, Y)


def test_a_trace_that_fails_leaves_the_model_as_it_was():
    model = model_of(layers.SimpleRNN(3, dropout=0.5, recurrent_dropout=0.5))
    with pytest.raises((ValueError, TypeError)):
        trace(model, X, [Y, Y, Y])
    model.fit(X, Y, verbose=0)
