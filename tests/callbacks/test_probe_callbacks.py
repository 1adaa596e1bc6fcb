"""GradientFlow, GateActivations and Probe: what they record, when, and what they write."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import scalars_in, values_in
from keras import layers

from keras_rnn_study import measures, trace
from keras_rnn_study.callbacks import (
    GateActivations,
    GradientFlow,
    GradientNorms,
    Probe,
    drawing,
    probe,
)
from keras_rnn_study.pictures import heat_maps

SAMPLES, BATCH, TIME, FEATURES, UNITS = 12, 4, 7, 3, 5
X = np.random.default_rng(0).normal(size=(SAMPLES, TIME, FEATURES)).astype("float32")
Y = np.random.default_rng(1).normal(size=(SAMPLES, 1)).astype("float32")
STEPS = SAMPLES // BATCH  # in an epoch


def build(*stack, **compile_options):
    stack = stack or (layers.LSTM(UNITS, name="lstm"),)
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack, layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse", **compile_options)
    return model


def fit(model, *callbacks, epochs=2, x=X, y=Y):
    return model.fit(x, y, BATCH, epochs=epochs, verbose=0, callbacks=list(callbacks))


class Clock:
    """Stands still but for what a test adds."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock(monkeypatch):
    """What drawing is timed with; no test depends on how fast the machine is."""
    result = Clock()
    monkeypatch.setattr(drawing.DrawingTime.__init__, "__defaults__", (result,))
    return result


def steps_of_pictures(log_dir):
    """dict of tag to the steps at which a picture was written."""
    found = {}
    for tag, step, value in values_in(log_dir):
        if np.shape(value) == (3,) and bytes(value[2]).startswith(b"\x89PNG"):
            found.setdefault(tag, []).append(step)
    return found


@pytest.fixture
def count_traces(monkeypatch):
    calls = []
    monkeypatch.setattr(probe, "trace", lambda *a: calls.append(a) or trace(*a))
    return calls


@pytest.mark.parametrize(
    ("update_freq", "expected"),
    [("epoch", [0, 3, 6]), ("batch", [0, 1, 2, 3, 4, 5, 6]), (2, [0, 2, 4, 6]), (4, [0, 4])],
)
def test_a_probe_traced_after_n_steps_has_step_n(update_freq, expected):
    flow = GradientFlow(None, Probe(X, Y), update_freq=update_freq)
    fit(build(), flow)
    assert list(flow.history["step"]) == expected


def test_steps_per_execution_counts_steps_not_calls():
    flow = GradientFlow(None, Probe(X, Y), update_freq=2)
    fit(build(steps_per_execution=3), flow)
    assert list(flow.history["step"]) == [0, 3, 6]


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


def test_gradient_flow_is_that_of_the_trace():
    model = build()
    expected = trace(model, X, Y)["lstm"].state_gradients
    flow = GradientFlow(None, Probe(X, Y))
    fit(model, flow)
    after = trace(model, X, Y)["lstm"].state_gradients
    history = flow.history
    tags = {
        f"{kind}/lstm/{s}"
        for kind in ("gradient_flow", "gradient_horizon", "gradient_decay")
        for s in "hc"
    }
    assert set(history) == {"step", *tags}
    for state in "hc":
        for record, gradients in ((0, expected), (-1, after)):
            norms = np.linalg.norm(np.float64(gradients[state]), axis=2).mean(axis=0)
            np.testing.assert_allclose(history[f"gradient_flow/lstm/{state}"][record], norms)
            assert history[f"gradient_horizon/lstm/{state}"][record] == measures.horizon(norms)
            decay = np.log10(norms[0] / norms[-1])
            assert history[f"gradient_decay/lstm/{state}"][record] == pytest.approx(decay)


def test_gate_activations_are_those_of_the_trace():
    model = build()
    gates = GateActivations(None, Probe(X))
    fit(model, gates)
    layer, history = trace(model, X)["lstm"], gates.history
    for gate, values in layer.gates.items():
        assert history[f"gate_mean/lstm/{gate}"][-1] == pytest.approx(values.mean(), rel=1e-5)
        low, high = (-0.95, 0.95) if gate == "candidate" else (0.1, 0.9)
        assert history[f"gate_saturation/lstm/{gate}_left"][-1] == np.mean(values < low)
        assert history[f"gate_saturation/lstm/{gate}_right"][-1] == np.mean(values > high)
        np.testing.assert_array_equal(history[f"gate_map/lstm/{gate}"][-1], values[0])
        assert history[f"gate/lstm/{gate}"][-1][:, 2].sum() == values.size
    for state, values in layer.states.items():
        norm = np.linalg.norm(np.float64(values), axis=2).mean()
        assert history[f"state_norm/lstm/{state}"][-1] == pytest.approx(norm)


def test_a_simple_rnn_has_one_layer_that_saturates():
    model = build(layers.SimpleRNN(UNITS, name="rnn", kernel_initializer=_large()))
    gates = GateActivations(None, Probe(X))
    fit(model, gates, epochs=1)
    h = trace(model, X)["rnn"].states["h"]
    shares = [gates.history[f"gate_saturation/rnn/h_{side}"][-1] for side in ("left", "right")]
    assert shares == [np.mean(h < -0.95), np.mean(h > 0.95)]
    assert min(shares) > 0.1
    assert not any(tag.startswith("gate") and "/h" not in tag for tag in gates.history)


def _large():
    return keras.initializers.RandomNormal(stddev=5.0, seed=0)


def test_masked_steps_are_left_out():
    x = X.copy()
    x[:, 4:] = 0
    model = build(layers.Masking(), layers.GRU(UNITS, name="gru"))
    flow, gates = GradientFlow(None, Probe(x, Y)), GateActivations(None, Probe(x))
    fit(model, flow, gates, epochs=1, x=x)
    norms = flow.history["gradient_flow/gru/h"]
    assert np.isnan(norms[:, 4:]).all()
    assert np.isfinite(norms[:, :4]).all()
    assert gates.history["gate/gru/update"][0][:, 2].sum() == SAMPLES * 4 * UNITS


def test_main_scalars_are_in_the_logs():
    probe = Probe(X, Y)
    flow, gates = GradientFlow(None, probe), GateActivations(None, probe)
    logs = fit(build(), flow, gates).history
    assert logs["gradient_horizon/lstm/c"] == list(flow.history["gradient_horizon/lstm/c"][1:])
    assert logs["gate_mean/lstm/forget"] == list(gates.history["gate_mean/lstm/forget"][1:])


def test_events_have_tag_step_and_value(tmp_path, clock):
    probe, model = Probe(X, Y), build()
    flow, gates = GradientFlow(tmp_path, probe), GateActivations(tmp_path, probe)
    norms = GradientNorms(tmp_path)
    fit(model, flow, gates, norms)
    found = {}
    for tag, step, value in values_in(tmp_path):
        found.setdefault(tag, {})[step] = value
    for callback in (flow, gates, norms):
        history = callback.history
        for tag, values in history.items():
            if tag == "step":
                continue
            written = found.pop(tag)
            if tag.startswith(("gradient_flow", "gate_map")):
                assert list(written) == [6]  # at the end: two epochs leave no time to draw before
                assert all(image[2].startswith(b"\x89PNG") for image in written.values())
                continue
            assert list(written) == list(history["step"])
            np.testing.assert_allclose(list(written.values()), values, rtol=1e-6)
    assert not found
    assert len(list((tmp_path / "rnn").glob("*tfevents*"))) == 1


class TestDrawing:
    """Of epochs that take `epoch` seconds, and drawings that take `drawing` seconds."""

    EPOCHS = 4

    def record(self, log_dir, clock, monkeypatch, *, epoch, drawing=0.0, kind=GradientFlow):
        class Epochs(keras.callbacks.Callback):
            def on_epoch_begin(self, *_):
                clock.seconds += epoch

        original = kind.draw

        def draw(self, history):
            clock.seconds += drawing
            return original(self, history)

        monkeypatch.setattr(kind, "draw", draw)
        callback = kind(log_dir, Probe(X, Y), update_freq=2)
        fit(build(), Epochs(), callback, epochs=self.EPOCHS)
        return callback

    # The first picture is expected to take 0.05 s, each later one as long as the last.
    @pytest.mark.parametrize(
        ("epoch", "drawing", "expected"),
        [
            (0.0, 0.0, [12]),
            (4.9, 0.0, [6, 8, 12]),  # after the first epoch, only 4.9 s have passed
            (5.1, 0.0, [2, 6, 8, 12]),
            (5.1, 10.0, [2, 12]),
            (10.1, 0.1, [2, 6, 8, 12]),
            (7.0, 0.1, [2, 8, 12]),  # after 14 s 0.1 s is spent: no time for another 0.1 s
        ],
    )
    def test_takes_a_small_share_of_the_time_and_always_happens_at_the_end(
        self, epoch, drawing, expected, tmp_path, clock, monkeypatch
    ):
        self.record(tmp_path, clock, monkeypatch, epoch=epoch, drawing=drawing)
        assert steps_of_pictures(tmp_path) == {
            "gradient_flow/lstm/h": expected,
            "gradient_flow/lstm/c": expected,
        }

    @pytest.mark.parametrize("kind", [GradientFlow, GateActivations])
    def test_all_records_are_kept_and_written_drawn_or_not(
        self, kind, tmp_path, clock, monkeypatch
    ):
        history = self.record(tmp_path, clock, monkeypatch, epoch=0.0, kind=kind).history
        assert list(history["step"]) == [0, 2, 4, 6, 8, 10, 12]
        assert set(map(tuple, steps_of_pictures(tmp_path).values())) == {(12,)}
        written = {}
        for tag, step, value in values_in(tmp_path):
            written.setdefault(tag, {})[step] = value
        for tag, values in history.items():
            if tag != "step" and not tag.startswith(("gradient_flow", "gate_map")):
                assert list(written[tag]) == list(history["step"])
                np.testing.assert_allclose(list(written[tag].values()), values, rtol=1e-6)

    @pytest.mark.parametrize("epoch", [0.0, 100.0])
    def test_the_last_picture_shows_the_last_record(self, epoch, tmp_path, clock, monkeypatch):
        flow = self.record(tmp_path / "flow", clock, monkeypatch, epoch=epoch)
        gates = self.record(
            tmp_path / "gates", clock, monkeypatch, epoch=epoch, kind=GateActivations
        )
        expected = {}
        for state in "hc":
            tag, history = f"gradient_flow/lstm/{state}", flow.history
            expected[tag] = heat_maps.gradient_flow(
                history[tag], history["step"], state=state, layer="lstm"
            )
        for gate in ("input", "forget", "candidate", "output"):
            tag, activation = f"gate_map/lstm/{gate}", "tanh" if gate == "candidate" else "sigmoid"
            expected[tag] = heat_maps.gate_map(
                gates.history[tag][-1], gate=gate, activation=activation, layer="lstm"
            )
        drawn = {}
        for log_dir in ("flow", "gates"):
            for tag, step, value in values_in(tmp_path / log_dir):
                if tag in expected:
                    drawn[tag] = step, tf.io.decode_png(value[2]).numpy()
        assert set(drawn) == set(expected)
        for tag, (step, rgb) in drawn.items():
            assert step == 12
            np.testing.assert_array_equal(rgb, expected[tag])

    def test_a_second_training_has_its_own_time_and_is_drawn(self, tmp_path, clock):
        model, flow = build(), GradientFlow(tmp_path, Probe(X, Y))
        fit(model, flow, epochs=1)
        clock.seconds += 1000.0  # between the two
        fit(model, flow, epochs=2)
        assert steps_of_pictures(tmp_path)["gradient_flow/lstm/h"] == [3, 9]

    def test_nothing_is_drawn_twice(self, tmp_path, clock):
        model, flow = build(), GradientFlow(tmp_path, Probe(X, Y))
        fit(model, flow, epochs=1)
        fit(model, flow, epochs=0)
        assert steps_of_pictures(tmp_path)["gradient_flow/lstm/h"] == [3]


def test_a_record_does_not_keep_the_whole_trace_in_memory():
    gates = GateActivations(None, Probe(X))
    model = build()
    fit(model, gates, epochs=1)
    layer = trace(model, X)["lstm"]
    for tag, values in gates.measure("lstm", layer).items():
        owner = values if getattr(values, "base", None) is None else values.base
        assert np.size(owner) <= max(90, TIME * UNITS), tag  # 90: of a histogram


def test_what_was_measured_before_an_error_is_on_disk(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("by a test")

    flow = GradientFlow(tmp_path, Probe(X, Y), update_freq="batch")
    with pytest.raises(RuntimeError, match="by a test"):
        fit(build(), flow, Stop())
    assert list(scalars_in(tmp_path)["gradient_decay/lstm/h"]) == [0, 1]


def test_in_a_project_that_has_nothing_to_do_with_this_one(tmp_path):
    """A subclassed model with token ids, beside Keras' own TensorBoard in the same directory."""

    class Tagger(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed = layers.Embedding(20, 4, mask_zero=True)
            self.encode = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="encode")
            self.out = layers.Dense(5, activation="softmax")

        def call(self, ids, training=False):
            return self.out(self.encode(self.embed(ids), training=training))

    rng = np.random.default_rng(0)
    ids, tags = rng.integers(1, 20, (8, 6)), rng.integers(0, 5, (8, 6))
    ids[3:, 4:] = 0
    model = Tagger()
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    probe = Probe(ids[:4], tags[:4])
    callbacks = [
        keras.callbacks.TensorBoard(tmp_path, update_freq=2, write_graph=False),
        GradientNorms(tmp_path, update_freq=1),
        GradientFlow(tmp_path, probe, update_freq=1),
        GateActivations(tmp_path, probe, update_freq=1),
    ]
    model.fit(ids, tags, batch_size=2, epochs=1, verbose=0, callbacks=callbacks)
    ours = scalars_in(tmp_path)
    for name in ("encode/forward_gru", "encode/backward_gru"):
        assert list(ours[f"gradient_norm/{name}/kernel"]) == [0, 1, 2, 3]
        assert list(ours[f"gradient_horizon/{name}/h"]) == [0, 1, 2, 3, 4]
        assert list(ours[f"gate_mean/{name}/update"]) == [0, 1, 2, 3, 4]
    theirs = {tag for tag, _, _ in values_in(tmp_path, "train")}
    assert {"batch_loss", "epoch_accuracy"} <= theirs
    assert not any("gradient_flow" in tag for tag in theirs)


class TestBadInput:
    def test_labels_are_missing(self):
        with pytest.raises(ValueError, match=r"without labels.*Write Probe\(x, y\)"):
            GradientFlow(None, Probe(X))

    def test_the_probe_has_another_length(self):
        model = build()
        before = model.get_weights()
        with pytest.raises(ValueError, match=r"shape \(12, 5, 3\).*takes \(None, 7, 3\)"):
            fit(model, GradientFlow(None, Probe(X[:, :5], Y)))
        np.testing.assert_array_equal(before[0], model.get_weights()[0])

    def test_the_model_has_no_recurrent_layer(self):
        model = keras.Sequential([keras.Input((TIME, FEATURES)), layers.Flatten(), layers.Dense(1)])
        model.compile("sgd", loss="mse")
        with pytest.raises(ValueError, match="no recurrent layer"):
            fit(model, GateActivations(None, Probe(X)))

    def test_the_directory_cannot_be_written(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ValueError, match="cannot be written"):
            fit(build(), GateActivations(tmp_path / "file", Probe(X)))

    def test_update_freq(self):
        with pytest.raises(ValueError, match="'epoch', 'batch' or a positive integer"):
            GateActivations(None, Probe(X), update_freq="step")

    def test_another_model_in_the_same_history(self):
        gates = GateActivations(None, Probe(X))
        fit(build(), gates, epochs=1)
        before = gates.history
        with pytest.raises(ValueError, match=r"another model.*Use a new callback"):
            fit(build(layers.LSTM(UNITS + 1, name="lstm")), gates)
        assert len(gates.history["step"]) == len(before["step"])


def test_an_optimizer_that_does_not_step_freezes_neither_probe_nor_pictures(tmp_path, clock):
    class Other(keras.Sequential):
        def train_step(self, data):
            for weight in self.trainable_variables:
                weight.assign(weight + 0.1)
            return {"loss": 0.0}

    model = Other([keras.Input((TIME, FEATURES)), layers.LSTM(UNITS, name="lstm"), layers.Dense(1)])
    model.compile("sgd", loss="mse")
    flow = GradientFlow(tmp_path, Probe(X, Y))
    fit(model, flow)
    norms = flow.history["gradient_flow/lstm/h"]
    assert not np.array_equal(norms[0], norms[1])
    assert not np.array_equal(norms[1], norms[2])
    fit(model, flow)
    assert steps_of_pictures(tmp_path)["gradient_flow/lstm/h"] == [0, 0]


def test_cells_without_known_gates_have_no_gates():
    class Mine(layers.LSTMCell):
        pass

    for cell in (Mine(UNITS), layers.LSTMCell(UNITS, recurrent_activation="softmax")):
        gates = GateActivations(None, Probe(X))
        fit(build(layers.RNN(cell, name="rnn")), gates, epochs=1)
        assert set(gates.history) == {"step", "state_norm/rnn/h", "state_norm/rnn/c"}
