"""What Probe, GradientFlow and GateActivations refuse, and in which words."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from probed import FEATURES, TIME, X, Y, build, fit

from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe


class TestBadInput:
    def test_labels_are_missing(self):
        model = build()
        with pytest.raises(ValueError, match=r"no loss.*Probe\(x, y\).*loss=function"):
            fit(model, GradientFlow(None, Probe(X)))
        assert int(model.optimizer.iterations.numpy()) == 0  # told before training

    @pytest.mark.parametrize("kind", [GradientFlow, GateActivations])
    @pytest.mark.parametrize("probe", [X, None, "x", (X, Y)])
    def test_what_is_no_probe(self, kind, probe):
        with pytest.raises(ValueError, match=rf"{kind.__name__}\(log_dir, Probe\(x, y\)\)"):
            kind(None, probe)

    def test_arguments_in_another_order(self):
        with pytest.raises(ValueError, match="probe of type str; expected a Probe"):
            GradientFlow(Probe(X, Y), "logs")

    def test_no_layers(self):
        for none in ([], ()):
            with pytest.raises(ValueError, match=r"layers=\[\], no layer to look into"):
                Probe(X, layers=none)

    def test_a_name_that_is_no_list(self):
        with pytest.raises(ValueError, match=r"Write layers=\['lstm'\]"):
            fit(build(), GateActivations(None, Probe(X, layers="lstm")))

    @pytest.mark.parametrize("x", [X[:0], {"a": X, "b": X[:0]}, [], np.float32(1.0), [X[:0], X]])
    def test_a_probe_without_samples(self, x):
        with pytest.raises(ValueError, match=r"at least one sample|counts the samples"):
            Probe(x)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: None,
            lambda: tf.data.Dataset.from_tensor_slices((X, Y)).batch(4),
            lambda: iter([X]),
            lambda: keras.Input((TIME, 3)),
            object,
        ],
    )
    def test_a_probe_that_is_no_batch_of_arrays(self, make):
        with pytest.raises(ValueError, match=r"Expected (one|an|a) (batch|array)"):
            Probe(make())

    @pytest.mark.parametrize(
        "evidence", [[["yes"] * TIME], [[True, False], [True]], np.ones(TIME), [None]]
    )
    def test_evidence_that_is_no_array_of_booleans(self, evidence):
        with pytest.raises(ValueError, match=r"Expected booleans \(samples, time\)"):
            Probe(X, Y, evidence=evidence)

    def test_a_part_that_is_no_model(self):
        with pytest.raises(ValueError, match=r"model='generator'; expected a keras.Model"):
            Probe(X, model="generator")

    def test_logs(self):
        with pytest.raises(ValueError, match=r"'main'.*'all'.*'none'.*Did you mean 'main'"):
            GradientFlow(None, Probe(X, Y), logs="mains")

    def test_a_name_that_the_history_does_not_have(self):
        flow = GradientFlow(None, Probe(X, Y))
        fit(build(), flow, epochs=1)
        with pytest.raises(KeyError, match=r"Did you mean 'gradient_horizon/lstm/[ch]'.*There are"):
            flow.history["gradient_horizon/lstm_1/c"]

    def test_the_probe_has_another_number_of_features(self):
        model = build()
        before = model.get_weights()
        with pytest.raises(ValueError, match=r"shape \(12, 7, 2\).*takes \(None, 7, 3\)"):
            fit(model, GradientFlow(None, Probe(X[:, :, :2], Y)))
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
