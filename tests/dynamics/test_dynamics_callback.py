"""The callback Dynamics: what it keeps is what the functions say of the model at that step."""

import event_files
import keras
import numpy as np
import pytest
from probed import TIME, UNITS, X, Y, build, fit

from keras_rnn_study import dynamics
from keras_rnn_study.callbacks import Dynamics, GradientFlow, Probe


def test_records_what_the_functions_say(tmp_path):
    model = build()
    before = dynamics.backward_gain(model, X[:2]).singular_values[..., 0]
    exponent = dynamics.lyapunov_exponents(model, X[:2], count=1).exponents[0]
    found = Dynamics(tmp_path, Probe(X, Y), samples=2)
    history = fit(model, found).history
    after = dynamics.backward_gain(model, X[:2]).singular_values[..., 0]
    assert set(found.history) == {"step", "lyapunov_exponent/lstm", "jacobian_gain/lstm"}
    assert found.history["step"].tolist() == [0, 3, 6]
    gains = found.history["jacobian_gain/lstm"]
    np.testing.assert_allclose(gains[0], before.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(gains[-1], after.mean(axis=0), rtol=1e-6)
    assert found.history["lyapunov_exponent/lstm"][0] == pytest.approx(exponent)
    assert history["lyapunov_exponent/lstm"] == pytest.approx(
        found.history["lyapunov_exponent/lstm"][1:]
    )
    written = event_files.scalars_in(tmp_path)["lyapunov_exponent/lstm"]
    assert written == pytest.approx(
        dict(zip([0, 3, 6], found.history["lyapunov_exponent/lstm"], strict=True))
    )
    pictures = [step for tag, step, _ in event_files.values_in(tmp_path) if "jacobian_gain" in tag]
    assert pictures == [6]


def test_every_layer_without_labels_beside_others():
    stack = [
        keras.layers.GRU(UNITS, return_sequences=True, name="lower"),
        keras.layers.Bidirectional(keras.layers.SimpleRNN(UNITS), name="both"),
    ]
    probe = Probe(X, Y)
    found = Dynamics(None, probe, logs="all")
    logs = fit(build(*stack), found, GradientFlow(None, probe), epochs=1).history
    names = {"lower", "both/forward_simple_rnn", "both/backward_simple_rnn"}
    assert {f"lyapunov_exponent/{name}" for name in names} <= set(logs)
    assert found.history["jacobian_gain/lower"].shape == (2, TIME)


def test_weights_that_are_no_numbers_are_recorded_as_such():
    model = build()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    found = Dynamics(None, Probe(X))
    fit(model, found, epochs=1)
    assert np.isnan(found.history["lyapunov_exponent/lstm"]).all()
    assert np.isnan(found.history["jacobian_gain/lstm"]).all()
    gain = dynamics.backward_gain(model, X[:1])
    assert np.isnan(gain.singular_values).all()


def test_bad_arguments_are_refused_at_once():
    with pytest.raises(ValueError, match="samples must be a whole number"):
        Dynamics(None, Probe(X), samples=0)
    with pytest.raises(ValueError, match="expected a Probe"):
        Dynamics(None, X)
