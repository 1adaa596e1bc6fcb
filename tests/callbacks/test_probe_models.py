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
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe


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


class Variational(keras.Model):
    """Its `train_step` computes its loss itself."""

    def __init__(self):
        super().__init__()
        self.gru, self.out = layers.GRU(UNITS, name="gru"), layers.Dense(1)

    def call(self, x):
        return self.out(self.gru(x))

    def train_step(self, data):
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            loss = mine(tf.cast(y, "float32"), self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


def test_a_model_of_parts_that_are_not_named_says_so_before_training():
    model = Adversaries()
    model.compile()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"no `call`.*Probe\(x, model=model.generator\)"):
        fit(model, GateActivations(None, Probe(X)))
    for ours, theirs in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def mine(y_true, y_pred):
    return keras.ops.mean((y_true - y_pred) ** 2)


class TestModelsThatComputeTheirLossThemselves:
    def model(self):
        model = Variational()
        model.compile(keras.optimizers.SGD(0.1))
        return model

    def test_the_probe_is_given_the_loss(self):
        model, flow = self.model(), GradientFlow(None, Probe(X, Y, loss=mine))
        fit(model, flow, epochs=1)
        twin = keras.Sequential([keras.Input((TIME, FEATURES)), model.gru, model.out])
        twin.compile(loss="mse")
        gradients = trace(twin, X, Y)["gru"].state_gradients["h"]
        norms = np.linalg.norm(np.float64(gradients), axis=2).mean(axis=0)
        np.testing.assert_allclose(flow.history["gradient_flow/gru/h"][-1], norms, rtol=1e-5)
        assert list(flow.history["step"]) == [0, 3]

    @pytest.mark.parametrize("labels", [(), (Y,)])
    def test_without_one_it_is_told_before_training(self, labels):
        model = self.model()
        with pytest.raises(ValueError, match=r"no loss.*`?loss`?"):
            fit(model, GradientFlow(None, Probe(X, *labels)))
        assert int(model.optimizer.iterations.numpy()) == 0

    def test_gates_need_none(self):
        gates = GateActivations(None, Probe(X))
        fit(self.model(), gates, epochs=1)
        assert list(gates.history["step"]) == [0, 3]

    def test_a_part_and_its_loss(self):
        model = Adversaries()
        model.compile()
        flow = GradientFlow(None, Probe(X, Y, loss="mse", model=model.generator))
        fit(model, flow, epochs=1)
        assert np.isfinite(flow.history["gradient_decay/gru/h"]).all()


def test_a_loss_that_a_layer_adds_needs_no_labels():
    """Labels are among the inputs, as in text recognition with CTC."""

    class Compares(layers.Layer):
        def call(self, y, prediction):
            self.add_loss(keras.ops.mean((y - prediction) ** 2))
            return prediction

    x, y = keras.Input((TIME, FEATURES)), keras.Input((1,))
    out = Compares()(y, layers.Dense(1)(layers.GRU(UNITS, name="gru")(x)))
    model = keras.Model([x, y], out)
    model.compile(keras.optimizers.SGD(0.1))
    flow = GradientFlow(None, Probe([X, Y]))
    model.fit([X, Y], epochs=1, verbose=0, callbacks=[flow])
    assert (flow.history["gradient_flow/gru/h"][:, -1] > 0).all()


@pytest.fixture
def callbacks(tmp_path):
    shared = Probe(X, Y)
    return [GradientFlow(tmp_path, shared), GateActivations(tmp_path, shared)]


def copies_of(callbacks):
    """In both ways that Python has."""
    return [copy.deepcopy(callbacks), pickle.loads(pickle.dumps(callbacks))]


def test_a_copy_after_a_fit_has_the_history_and_no_model(callbacks):
    fit(build(), *callbacks, epochs=1)
    for copied in copies_of(callbacks):
        for callback, twin in zip(callbacks, copied, strict=True):
            assert twin.model is None
            assert twin._recorded_model is None  # no copy of it either, with all its weights
            for tag, values in callback.history.items():
                np.testing.assert_array_equal(twin.history[tag], values)
    (flow, _), (_, gates) = copies_of(callbacks)
    fit(build(), flow, gates, epochs=1)
    assert [len(twin.history["step"]) for twin in (flow, gates)] == [4, 4]
    assert len(callbacks[0].history["step"]) == 2


def test_a_copy_in_the_midst_of_a_training(callbacks):
    class Copies(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.copies = copies_of(callbacks)

    copies = Copies()
    fit(build(), *callbacks, copies, epochs=1)
    for copied in copies.copies:
        assert [len(callback.history["step"]) for callback in copied] == [2, 2]


def test_trials_of_a_tuner_get_runs_of_their_own(tmp_path):
    """Keras Tuner copies the callbacks for each trial, each by itself, and builds a new model."""
    shared = Probe(X, Y)
    given = [
        GradientNorms(tmp_path),
        GradientFlow(tmp_path, shared),
        GateActivations(tmp_path, shared),
    ]
    for units in (3, 4):
        copies = [copy.deepcopy(callback) for callback in given]
        fit(build(layers.LSTM(units, name="lstm")), *copies, epochs=1)
    for run in ("rnn", "rnn_2"):
        found = [(tag, step) for tag, step, _ in values_in(tmp_path, run)]
        assert len(found) == len(set(found)) > 0
    assert len(list(tmp_path.iterdir())) == 2
