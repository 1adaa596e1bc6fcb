"""Probes of models of several parts, and copies of callbacks."""

import copy
import pickle

import keras
import numpy as np
import pytest
from event_files import values_in
from keras import layers
from probed import FEATURES, TIME, UNITS, X, Y, build, fit

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe, probe


class Adversaries(keras.Model):
    """A generator and a discriminator, trained by hand; neither compiled nor called itself."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential(
            [keras.Input((TIME, FEATURES)), layers.GRU(UNITS, name="gru"), layers.Dense(1)]
        )
        self.discriminator = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
        self.own = keras.optimizers.SGD(0.1)

    def train_step(self, data):
        import tensorflow as tf

        x, _ = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.discriminator(self.generator(x, training=True)))
        weights = self.generator.trainable_variables
        self.own.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


def test_a_probe_names_the_part_to_look_at():
    model = Adversaries()
    model.compile()
    gates = GateActivations(None, Probe(X, model=model.generator))
    before = trace(model.generator, X)["gru"].gates["update"].mean()
    fit(model, gates)
    assert list(gates.history["step"]) == [0, 3, 6]  # though the compiled optimizer never steps
    means = gates.history["gate_mean/gru/update"]
    assert means[0] == pytest.approx(before)
    assert means[-1] == pytest.approx(trace(model.generator, X)["gru"].gates["update"].mean())
    assert means[0] != means[-1]


def test_an_own_loss_is_handed_to_the_trace(monkeypatch):
    given = []

    def watched(model, *data, **options):
        given.append(options)
        options.pop("loss", None)
        return trace(model, *data, **options)

    def mine(y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2)

    monkeypatch.setattr(probe, "trace", watched)
    fit(build(), GradientFlow(None, Probe(X, Y, loss=mine)), epochs=1)
    fit(build(), GradientFlow(None, Probe(X, Y)), epochs=1)
    assert given == [{"loss": mine}] * 2 + [{}] * 2 or given == [{}] * 4
    assert Probe(X, Y, loss=mine).loss is mine


@pytest.fixture
def callbacks(tmp_path):
    shared = Probe(X, Y)
    return [GradientFlow(tmp_path, shared), GateActivations(tmp_path, shared)]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_copy_after_a_fit_has_the_history_and_no_model(copied, callbacks):
    fit(build(), *callbacks, epochs=1)
    for callback, twin in zip(callbacks, copied(callbacks), strict=True):
        assert twin.model is None
        for tag, values in callback.history.items():
            np.testing.assert_array_equal(twin.history[tag], values)
    fit(build(), *copied(callbacks), epochs=1)
    assert len(callbacks[0].history["step"]) == 2


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_copy_in_the_midst_of_a_training(copied, callbacks):
    class Copies(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.copy = copied(callbacks)

    copies = Copies()
    fit(build(), *callbacks, copies, epochs=1)
    assert [len(callback.history["step"]) for callback in copies.copy] == [2, 2]


def test_trials_of_a_tuner_get_runs_of_their_own(tmp_path):
    """Keras Tuner copies the callbacks for each trial, each by itself, and builds a new model."""
    shared = Probe(X, Y)
    given = [
        GradientNorms(tmp_path),
        GradientFlow(tmp_path, shared),
        GateActivations(tmp_path, shared),
    ]
    for units in (3, 4, 5):
        copies = [copy.deepcopy(callback) for callback in given]
        fit(build(layers.LSTM(units, name="lstm")), *copies, epochs=1)
    for run in ("rnn", "rnn_2", "rnn_3"):
        found = [(tag, step) for tag, step, _ in values_in(tmp_path, run)]
        assert len(found) == len(set(found)) > 0
    assert len(list(tmp_path.iterdir())) == 3
