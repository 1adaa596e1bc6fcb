"""What GradientFlow and GateActivations measure, keep and hand to Keras' logs."""

import keras
import numpy as np
import pytest
from keras import layers
from probed import SAMPLES, TIME, UNITS, X, Y, build, fit

from keras_rnn_study import measures, trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe
from keras_rnn_study.tracing.reduced import reduced_trace


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
    ours = {f"back_in_time/{kind}" for kind in ("gradient_horizon", "gradient_decay")}
    assert set(history) == {"step", *tags, *ours}
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
        np.testing.assert_array_equal(history[f"unit_map/lstm/{gate}"][-1], values[0])
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


def test_cells_without_known_gates_have_no_gates():
    class Mine(layers.LSTMCell):
        pass

    for cell in (Mine(UNITS), layers.LSTMCell(UNITS, recurrent_activation="softmax")):
        gates = GateActivations(None, Probe(X))
        fit(build(layers.RNN(cell, name="rnn")), gates, epochs=1)
        assert set(gates.history) == {"step", "state_norm/rnn/h", "state_norm/rnn/c"}


def test_a_record_does_not_keep_the_whole_trace_in_memory():
    gates = GateActivations(None, Probe(X))
    model = build()
    fit(model, gates, epochs=1)
    layer = reduced_trace(model, X)["lstm"]
    for measured in gates.measure("lstm", layer):
        values = measured.value
        owner = values if getattr(values, "base", None) is None else values.base
        assert np.size(owner) <= max(90, TIME * UNITS), measured.tag  # 90: of a histogram


def test_a_gradient_that_is_not_a_number_has_no_horizon():
    model = build(layers.Masking(), layers.SimpleRNN(UNITS, name="rnn"))
    x = X.copy()
    x[:, 5:] = 0  # masked in all samples
    flow = GradientFlow(None, Probe(x, Y))
    fit(model, flow, epochs=1, x=x)
    assert np.isfinite(flow.history["gradient_horizon/rnn/h"]).all()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    other = GradientFlow(None, flow._probe)
    fit(model, other, epochs=1, x=x)
    for tag in ("gradient_horizon/rnn/h", "gradient_decay/rnn/h"):
        assert np.isnan(other.history[tag]).all(), tag


class TestLogs:
    STACK = (
        lambda: layers.GRU(UNITS, return_sequences=True, name="gru"),
        lambda: layers.LSTM(UNITS, name="lstm"),
    )

    def logged(self, *stack, **options):
        """The names in Keras' logs by the one and by the other callback."""
        probe = Probe(X, Y)
        callbacks = [kind(None, probe, **options) for kind in (GradientFlow, GateActivations)]
        logs = fit(build(*[make() for make in stack]), *callbacks).history
        ours = {name: values for name, values in logs.items() if "/" in name}
        flow, gates = (callback.history for callback in callbacks)
        assert set(ours) <= set(flow | gates)
        for name, values in ours.items():
            assert values == list((flow | gates)[name][1:])
        return ours.keys() & flow.keys(), ours.keys() & gates.keys()

    def test_by_default_one_number_for_each_callback(self):
        assert self.logged() == ({"gradient_horizon/lstm/c"}, {"gate_mean/lstm/forget"})
        expected = {"gradient_horizon/gru/h"}, {"gate_mean/gru/update"}
        assert self.logged(*self.STACK) == expected

    def test_of_a_bidirectional_stack_too(self):
        model = build(layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.LSTM(3))
        probe = Probe(X, Y)
        flow, gates = GradientFlow(None, probe), GateActivations(None, probe)
        logs = fit(model, flow, gates, epochs=1).history
        assert len([name for name in logs if "/" in name]) == 2

    def test_a_model_without_gates_logs_none(self):
        cell = layers.RNN(layers.LSTMCell(3, recurrent_activation="softmax"), name="rnn")
        gates = GateActivations(None, Probe(X))
        assert set(fit(build(cell), gates, epochs=1).history) == {"loss"}

    def test_all_and_none(self):
        scalars = {
            f"{quantity}/{layer}/{state}"
            for quantity in ("gradient_horizon", "gradient_decay")
            for layer, state in (("gru", "h"), ("lstm", "h"), ("lstm", "c"))
        }
        scalars |= {"back_in_time/gradient_horizon", "back_in_time/gradient_decay"}
        flow, gates = self.logged(*self.STACK, logs="all")
        assert flow == scalars
        assert {"gate_saturation/lstm/forget_left", "state_norm/lstm/c"} < gates
        assert not any(name.startswith(("gate/", "unit_map/")) for name in gates)
        assert self.logged(logs="none") == (set(), set())


class TestAnotherModel:
    def test_of_the_same_shape_is_drawn_by_itself(self, monkeypatch):
        """No gate of the first model is drawn or written again."""
        gates = GateActivations(None, Probe(X))
        fit(build(), gates, epochs=1)
        drawn = []
        monkeypatch.setattr(gates, "draw", lambda measured: drawn.append(measured.tag))
        fit(build(layers.GRU(UNITS, name="gru")), gates, epochs=1)

        class Log:
            def add(self, *_):
                pass

            flush = close = add

        gates._log, gates._is_drawn = Log(), False
        gates._draw()
        assert sorted(drawn) == [
            f"unit_map/gru/{gate}" for gate in ("candidate", "reset", "update")
        ]
        history = gates.history
        assert np.isnan(history["gate_mean/lstm/forget"][2:]).all()
        assert np.isnan(history["gate_mean/gru/update"][:2]).all()
        assert np.isfinite(history["gate_mean/gru/update"][2:]).all()

    def test_of_another_shape_is_refused(self):
        gates = GateActivations(None, Probe(X))
        fit(build(), gates, epochs=1)
        before = gates.history
        with pytest.raises(ValueError, match=r"another model.*Use a new callback"):
            fit(build(layers.LSTM(UNITS + 1, name="lstm")), gates)
        assert len(gates.history["step"]) == len(before["step"])
