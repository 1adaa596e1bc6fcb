"""Remedies are code for the layer that is ill, and they cure."""

import keras
import numpy as np
import pytest

from keras_rnn_study import diagnose
from keras_rnn_study.datasets import recall

GAP = 100
X, Y = recall.make(64, gap=GAP, seed=0)


def findings(layer, x=X):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(x.shape[1:]), layer, keras.layers.Dense(8)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    return diagnose(model, x, Y, evidence=recall.evidence(x)), model


def of(found, name):
    return next((finding for finding in found if finding.name == name), None)


@pytest.mark.parametrize("name", ["short_memory", "vanishing_gradient"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.layers.LSTM(16),
        lambda: keras.layers.GRU(16),
        lambda: keras.layers.GRU(16, reset_after=False),
    ],
    ids=["lstm", "gru", "gru_before"],
)
def test_gates_are_opened_as_it_says(make, name):
    found, model = findings(make())
    layer = model.layers[0]
    exec(of(found, name).remedy, {"np": np, "layer": layer})  # as a user pastes it
    again = diagnose(model, X, Y, evidence=recall.evidence(X))
    assert of(again, name) is None


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (keras.layers.SimpleRNN, "keras.layers.SimpleRNN(units)"),
        (keras.layers.GRU, "keras.layers.GRU(units)"),
        (keras.layers.LSTM, "keras.layers.LSTM(units)"),
    ],
)
def test_it_names_the_class_of_the_layer(kind, written):
    large = keras.initializers.RandomNormal(stddev=50.0)
    found, _ = findings(kind(16, kernel_initializer=large, recurrent_initializer=large))
    assert written in of(found, "saturated_units").remedy


def test_a_simple_layer_is_told_to_become_one_with_gates():
    found, _ = findings(keras.layers.SimpleRNN(16))
    remedy = of(found, "vanishing_gradient").remedy
    assert "LSTM" in remedy
    assert "SimpleRNN" not in remedy


class Own(keras.layers.LSTM):
    """Whose arguments nobody knows."""


def test_a_class_of_the_user_is_taken_for_an_lstm():
    large = keras.initializers.RandomNormal(stddev=50.0)
    found, _ = findings(Own(16, kernel_initializer=large, recurrent_initializer=large))
    assert "keras.layers.LSTM(units)" in of(found, "saturated_units").remedy
