"""When GradientFlow and GateActivations look, and which step a record has."""

import keras
import numpy as np
import pytest
from event_files import scalars_in
from keras import layers
from probed import BATCH, FEATURES, SAMPLES, TIME, UNITS, X, Y, build, fit

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe, probe


def test_a_probe_traced_after_n_steps_has_step_n():
    expected = {"epoch": [0, 3, 6], "batch": [0, 1, 2, 3, 4, 5, 6], 2: [0, 2, 4, 6], 4: [0, 4]}
    probe = Probe(X, Y)
    flows = {freq: GradientFlow(None, probe, update_freq=freq) for freq in expected}
    fit(build(), *flows.values())
    assert {freq: list(flow.history["step"]) for freq, flow in flows.items()} == expected


def test_steps_per_execution_counts_steps_not_calls():
    flow = GradientFlow(None, Probe(X, Y), update_freq=2)
    fit(build(steps_per_execution=3), flow)
    assert list(flow.history["step"]) == [0, 3, 6]


@pytest.fixture
def count_traces(monkeypatch):
    calls = []
    look = probe.reduced_trace
    monkeypatch.setattr(probe, "reduced_trace", lambda *a, **k: calls.append(a) or look(*a, **k))
    return calls


def test_two_callbacks_on_one_probe_cost_one_trace(count_traces):
    probe = Probe(X, Y)
    fit(build(), GradientFlow(None, probe), GateActivations(None, probe))
    assert len(count_traces) == 3
    again = build()
    fit(again, GradientFlow(None, probe), GateActivations(None, probe))
    assert len(count_traces) == 6  # another model, another training


def test_a_second_fit_goes_on_without_a_record_twice():
    flow, model = GradientFlow(None, Probe(X, Y)), build()
    fit(model, flow, epochs=1)
    fit(model, flow, epochs=1)
    assert list(flow.history["step"]) == [0, 3, 6]


def test_weights_set_between_two_fits_are_seen():
    gates, model = GateActivations(None, Probe(X)), build()
    fit(model, gates, epochs=1)
    model.set_weights([0 * w for w in model.get_weights()])
    other = GateActivations(None, gates._probe)
    fit(model, other, epochs=1)
    assert other.history["gate_mean/lstm/forget"][0] == 0.5  # sigmoid(0)


def test_a_second_fit_after_compiling_anew_counts_on():
    flow, model = GradientFlow(None, Probe(X, Y)), build()
    fit(model, flow, epochs=1)
    model.compile(keras.optimizers.SGD(0.01), loss="mse")
    fit(model, flow, epochs=2)
    assert list(flow.history["step"]) == [0, 3, 6, 9]


class Restores(keras.callbacks.Callback):
    """What `BackupAndRestore` does when it finds a backup."""

    def __init__(self, weights, step):
        super().__init__()
        self.weights, self.step = weights, step

    def on_train_begin(self, logs=None):
        self.model.set_weights(self.weights)
        self.model.optimizer.iterations.assign(self.step)


def test_records_begin_when_training_really_begins():
    model, other = build(), build()
    expected = trace(other, X, Y)["lstm"].states["h"]
    gates = GateActivations(None, Probe(X))
    fit(model, gates, Restores(other.get_weights(), 40), epochs=1)
    assert list(gates.history["step"]) == [40, 43]
    norm = np.linalg.norm(np.float64(expected), axis=2).mean()
    assert gates.history["state_norm/lstm/h"][0] == pytest.approx(norm)


def test_with_the_callback_of_keras_that_restores_a_backup(tmp_path):
    class Dies(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("by a test")

    def train(*more):
        flow, norms = GradientFlow(tmp_path / "logs", Probe(X, Y)), GradientNorms(tmp_path / "logs")
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        fit(build(), norms, flow, backup, *more, epochs=2)
        return flow

    with pytest.raises(RuntimeError, match="by a test"):
        train(Dies())
    flow = train()
    assert list(flow.history["step"]) == [3, 6]  # not 0, with fresh weights
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["rnn"]  # it goes on
    assert list(scalars_in(tmp_path / "logs")["gradient_norm/global"]) == list(range(6))


def test_an_optimizer_that_does_not_step_freezes_neither_probe_nor_steps():
    class Other(keras.Sequential):
        def train_step(self, data):
            for weight in self.trainable_variables:
                weight.assign(weight + 0.1)
            return {"loss": 0.0}

    model = Other([keras.Input((TIME, FEATURES)), layers.LSTM(UNITS, name="lstm"), layers.Dense(1)])
    model.compile("sgd", loss="mse")
    flow = GradientFlow(None, Probe(X, Y))
    fit(model, flow)
    fit(model, flow, epochs=1)
    norms = flow.history["gradient_flow/lstm/h"]
    assert not np.array_equal(norms[0], norms[1])
    assert not np.array_equal(norms[1], norms[2])
    assert list(flow.history["step"]) == [0, 3, 6, 9]


class TestModelsWithoutInput:
    """Keras builds them at their first step: the probe comes first, and builds them alike."""

    def sequential(self):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([layers.LSTM(UNITS, name="lstm"), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1), loss="mse")
        return model

    def test_training_is_what_it_is_without_a_probe(self):
        watched, bare = self.sequential(), self.sequential()
        flow = GradientFlow(None, Probe(X, Y))
        losses = [
            fit(model, *callbacks, shuffle=False).history["loss"]
            for model, callbacks in ((watched, [flow]), (bare, []))
        ]
        assert losses[0] == losses[1]
        for ours, theirs in zip(watched.get_weights(), bare.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert list(flow.history["step"]) == [0, 3, 6]

    def test_takes_batches_of_any_size_afterwards(self, tmp_path):
        model = self.sequential()
        fit(model, GateActivations(None, Probe(X[:5])))
        assert model.inputs[0].shape == (None, TIME, FEATURES)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        for size in (1, BATCH, SAMPLES):
            np.testing.assert_allclose(
                loaded.predict(X[:size], verbose=0), model.predict(X[:size], verbose=0), rtol=1e-5
            )

    def test_with_dictionaries_of_inputs_and_token_ids(self):
        class Tagger(keras.Model):
            def __init__(self):
                super().__init__()
                self.embed, self.gru = layers.Embedding(9, 4), layers.GRU(3, name="gru")
                self.out = layers.Dense(1)

            def call(self, inputs):
                return self.out(self.gru(self.embed(inputs["ids"]) * inputs["scale"][:, None]))

        data = {"ids": np.ones((SAMPLES, TIME), "int32"), "scale": np.ones((SAMPLES, 1))}
        model = Tagger()
        model.compile("sgd", loss="mse")
        gates = GateActivations(None, Probe({name: part[:5] for name, part in data.items()}))
        fit(model, gates, epochs=1, x=data)
        assert list(gates.history["step"]) == [0, 3]

    def test_a_stateful_model_is_built_by_fit_alone_which_knows_its_batches(self):
        model = keras.Sequential([layers.GRU(UNITS, stateful=True, name="gru"), layers.Dense(1)])
        model.compile("sgd", loss="mse")
        gates = GateActivations(None, Probe(X[:BATCH]))
        fit(model, gates, epochs=1)
        assert list(gates.history["step"]) == [3]
