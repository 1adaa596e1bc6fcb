"""What a reduced trace brings back is what a trace would come to."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study import measures, trace
from keras_rnn_study.tracing.reduced import Reduction, reduced_trace

pytestmark = pytest.mark.usefixtures("two_parts")

BATCH, TIME, FEATURES, UNITS = 5, 6, 3, 4
X = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")
X[0, -2:] = X[3, 1] = 0  # masked, where there is a mask
Y = np.random.default_rng(1).normal(size=(BATCH, 1)).astype("float32")


@keras.saving.register_keras_serializable("tests")
class OwnCell(layers.LSTMCell):
    """Is opened, not replayed."""


STACKS = {
    "lstm": lambda: [layers.LSTM(UNITS)],
    "masked": lambda: [layers.Masking(), layers.LSTM(UNITS, return_sequences=True), layers.GRU(3)],
    "backwards": lambda: [layers.Masking(), layers.SimpleRNN(UNITS, go_backwards=True)],
    "replayed": lambda: [layers.GRU(UNITS, recurrent_activation="hard_sigmoid")],
    "any cell": lambda: [layers.Masking(), layers.RNN([OwnCell(UNITS), layers.GRUCell(3)])],
}


def flat(value):
    """Arrays, of one field of a layer."""
    values = value.values() if isinstance(value, dict) else [value]
    return [array for array in values if array is not None]


def build(stack):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack(), layers.Dense(1)])
    model.compile(loss="mse")
    return model


@pytest.fixture(scope="module", params=STACKS.values(), ids=STACKS)
def traced(request):
    """A model, and all of its trace."""
    model = build(request.param)
    return model, trace(model, X, Y)


def test_is_the_trace_reduced(traced):
    compare(*traced, samples=3)


@pytest.mark.parametrize("samples", [1, BATCH + 4])
def test_of_any_number_of_samples(samples):
    model = build(STACKS["lstm"])
    compare(model, trace(model, X, Y), samples)


def compare(model, whole, samples):
    reduced = reduced_trace(model, X, Y, reduction=Reduction(samples))
    assert list(reduced) == list(whole)
    for name, layer in whole.items():
        assert_reduced(reduced[name], layer, samples)


def assert_reduced(reduced, whole, samples):
    for field, value in vars(whole).items():
        if field == "activations":
            assert reduced.activations == value
            continue
        ours, theirs = flat(getattr(reduced, field)), flat(value)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other[:samples])
    mask = whole.mask
    np.testing.assert_array_equal(flat(reduced.batch_mask), flat(mask))
    for field, norms in reduced.norms.items():
        ours, theirs = flat(norms), flat(getattr(whole, field))
        for one, other in zip(ours, theirs, strict=True):
            assert one.shape == (BATCH, TIME)
            for measure in (measures.step_norms, measures.state_norm):
                np.testing.assert_allclose(measure(one, mask), measure(other, mask), rtol=1e-12)
    for name, activation in whole.activations.items():
        values = whole.gates[name] if name in whole.gates else whole.states[name]
        tally = reduced.tallies[name]
        np.testing.assert_array_equal(tally.histogram(), measures.histogram(values, mask))
        assert tally.mean() == pytest.approx(measures.mean(values, mask), rel=1e-12)
        assert tally.saturation(activation) == measures.saturation(values, activation, mask)


def test_what_is_not_asked_for_is_not_computed():
    model = build(STACKS["lstm"])
    [layer] = reduced_trace(model, X, Y, gradients=False, reduction=Reduction(2, False)).values()
    assert layer.state_gradients is None
    assert list(layer.norms) == ["states"]
    assert not layer.tallies


def test_nothing_of_the_size_of_the_batch_leaves():
    x = np.ones((64, TIME, FEATURES), "float32")
    model = build(STACKS["masked"])
    for layer in reduced_trace(model, x, np.ones((64, 1))).values():
        named = (layer.norms, *layer.norms.values(), *layer.tallies.values())
        fields = (*vars(layer).values(), *named)
        arrays = [array for field in fields for array in flat(field)]
        assert max(a.size for a in arrays if isinstance(a, np.ndarray)) <= 64 * TIME


def test_the_loop_that_is_run_and_the_layers_own_agree(traced, monkeypatch):
    model, run = traced
    monkeypatch.setattr("keras_rnn_study.cells.replay.runs", lambda cell: False)
    model.compile(loss="mse")  # the graph is built anew
    replayed = trace(model, X, Y)
    assert run.loss == pytest.approx(replayed.loss, rel=1e-6)
    for name, layer in run.items():
        for field, value in vars(layer).items():
            if field == "activations":
                continue
            ours, theirs = flat(value), flat(getattr(replayed[name], field))
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6, err_msg=field)
