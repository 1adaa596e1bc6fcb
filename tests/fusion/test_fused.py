"""`fused`: what it swaps, what it leaves alone, and the way back."""

import keras
import layer_cases as cases
import numpy as np
import pytest

from keras_rnn_study import fused, trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.fused_obstacles import obstacles

X = cases.inputs()
Y = X[:, :1, 0]


def build_model(layer=None):
    keras.utils.set_random_seed(0)
    layer = keras.layers.LSTM(4, name="rnn") if layer is None else layer
    model = keras.Sequential(
        [keras.Input((cases.TIME, cases.FEATURES)), layer, keras.layers.Dense(1, name="dense")]
    )
    model.compile("sgd", loss="mse")
    return model


def answer():
    return keras.layers.Dense(1, name="dense")


def is_fused(layer):
    return layer.inner_loop.__module__ == "keras_rnn_study.fusion.inner_loop"


def simple_model():
    keras.utils.set_random_seed(0)
    return build_model(keras.layers.SimpleRNN(4, name="rnn"))  # fused on a GPU as on a CPU


def test_only_within_the_block():
    model = simple_model()
    layer = model.layers[0]
    with fused(model) as swapped:
        assert swapped.layers == ["rnn"]
        assert is_fused(layer)
    assert "inner_loop" not in vars(layer)
    assert not is_fused(layer)


def test_also_when_the_block_raises():
    model = simple_model()
    with pytest.raises(KeyError), fused(model):
        raise KeyError
    assert not is_fused(model.layers[0])


def test_for_good_and_undone_once():
    model = simple_model()
    swapped = fused(model)
    model.fit(X, Y, verbose=0)
    assert is_fused(model.layers[0])
    swapped.undo()
    assert not is_fused(model.layers[0])
    with fused(model):
        swapped.undo()  # again: nothing, not even to the other one's layers
        assert is_fused(model.layers[0])


def test_inner_blocks_leave_the_outer_one_alone():
    model = simple_model()
    with fused(model):
        with fused(model) as inner:
            assert inner.layers == ["rnn"]
        assert is_fused(model.layers[0])
    assert not is_fused(model.layers[0])


def test_what_was_compiled_before_is_made_anew(monkeypatch):
    model, used = simple_model(), []
    model.fit(X, Y, verbose=0)
    model.predict(X, verbose=0)
    own_loop = keras.layers.RNN.inner_loop

    def standard(layer, *arguments, **keywords):
        used.append(layer.name)
        return own_loop(layer, *arguments, **keywords)

    monkeypatch.setattr(keras.layers.RNN, "inner_loop", standard)
    with fused(model):
        model.fit(X, Y, verbose=0)
        model.predict(X, verbose=0)
        model.evaluate(X, Y, verbose=0)
        assert not used
    model.fit(X, Y, verbose=0)
    assert used == ["rnn"]


def test_weights_config_and_files_are_the_standard_layers(tmp_path):
    model = simple_model()
    config, weights = model.get_config(), model.get_weights()
    fused(model)
    assert model.get_config() == config
    np.testing.assert_equal(model.get_weights(), weights)
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not is_fused(loaded.layers[0])
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-5)
    assert not is_fused(keras.models.clone_model(model).layers[0])


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"recurrent_dropout": 0.2}, "recurrent_dropout=0.2"),
        ({"unroll": True}, "unroll=True"),
        ({"activation": "elu"}, "activation='elu'"),
        ({"dtype": "mixed_bfloat16"}, "it computes in bfloat16"),
    ],
)
def test_what_it_does_not_cover_stays_standard(settings, setting):
    model = build_model(keras.layers.SimpleRNN(4, **settings))
    assert [obstacle.setting for obstacle in obstacles(model.layers[0])] == [setting]
    with fused(model) as swapped:
        assert swapped.layers == []
        assert swapped.unfused == {model.layers[0].name: [setting]}
        assert not is_fused(model.layers[0])
        model.fit(X, Y, verbose=0)


class LeakyRNN(keras.layers.SimpleRNN):
    pass


@pytest.mark.parametrize(
    "make",
    [
        lambda: LeakyRNN(4),
        lambda: keras.layers.RNN([keras.layers.LSTMCell(4)]),
        lambda: keras.layers.ConvLSTM1D(2, 3),
        lambda: keras.layers.LSTM(4, implementation=1, dropout=0.5),
        lambda: keras.layers.LSTM(4, recurrent_activation="hard_sigmoid"),
    ],
)
def test_other_cells_and_settings_have_obstacles_with_remedies(make):
    found = obstacles(make(), gpu=False)
    assert found
    assert all(obstacle.setting and obstacle.remedy.endswith(".") for obstacle in found)


@pytest.mark.parametrize("layer", [keras.layers.LSTM, keras.layers.GRU])
def test_on_a_gpu_gated_layers_are_left_to_keras(layer):
    assert obstacles(layer(4), gpu=True)
    assert not obstacles(layer(4), gpu=False)


def test_on_a_gpu_simple_rnn_needs_tanh_or_relu():
    assert not obstacles(keras.layers.SimpleRNN(4, activation="relu"), gpu=True)
    assert obstacles(keras.layers.SimpleRNN(4, activation="sigmoid"), gpu=True)


def test_a_model_without_recurrent_layers():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="plain")
    with pytest.raises(ValueError, match=r"'plain' has no recurrent layer\. Expected at least"):
        fused(model)


@pytest.mark.parametrize("what", [None, "model.keras", keras.layers.LSTM])
def test_what_is_no_model(what):
    what = what(4) if callable(what) else what
    with pytest.raises(ValueError, match=r"Received .*\. Expected a keras\.Model: put layers into"):
        fused(what)


def test_what_is_fused_is_no_model():
    model = simple_model()
    with fused(model) as swapped:
        assert repr(swapped) == "Fused(layers=['rnn'], unfused={})"
        for name in ("fit", "predict", "summary"):
            advice = rf"has no attribute '{name}'.*returns no model.*call model\.{name} as before"
            with pytest.raises(AttributeError, match=advice):
                getattr(swapped, name)
        with pytest.raises(AttributeError, match=r"has no attribute 'fits'\.$"):
            _ = swapped.fits


def test_a_loop_of_somebody_else_stays():
    model = simple_model()
    layer = model.layers[0]
    theirs = layer.inner_loop
    layer.inner_loop = theirs
    with fused(model) as swapped:
        assert swapped.layers == []
        assert swapped.unfused == {"rnn": ["somebody replaced its inner_loop"]}
    assert layer.inner_loop is theirs
    del layer.inner_loop  # what the remedy says
    with fused(model) as swapped:
        assert swapped.layers == ["rnn"]


def test_undo_leaves_what_was_set_since():
    model = simple_model()
    layer = model.layers[0]
    swapped = fused(model)
    layer.inner_loop = theirs = keras.layers.RNN.inner_loop.__get__(layer)
    swapped.undo()
    assert layer.inner_loop is theirs


@pytest.mark.parametrize("compiled_within", [True, False])
def test_fused_before_compile_and_undone(compiled_within):
    def trained(fuse):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((7, 3)), keras.layers.SimpleRNN(4), answer()])
        swapped = fused(model) if fuse else None
        if compiled_within:
            model.compile("sgd", loss="mse")
            model.fit(X, Y, verbose=0)
        if fuse:
            swapped.undo()
            assert not is_fused(model.layers[0])
        model.compile("sgd", loss="mse")
        model.fit(X, Y, verbose=0)
        return model.predict(X, verbose=0)

    np.testing.assert_allclose(trained(True), trained(False), atol=1e-5)


def test_another_activation_of_the_same_layer_is_noticed():
    layer = cases.build("simple_rnn", return_sequences=True)
    layer(X)
    with fused(keras.Sequential([layer])):
        by_tanh = cases.outputs_and_gradients(layer, X)
        layer.cell.activation = keras.activations.relu
        by_relu = cases.outputs_and_gradients(layer, X)
        layer.cell.activation = keras.activations.tanh
        again = cases.outputs_and_gradients(layer, X)
        layer.cell.activation = keras.activations.relu
    expected = cases.outputs_and_gradients(layer, X)
    assert abs(by_relu["output_0"] - by_tanh["output_0"]).max() > 0.1
    for name in expected:
        np.testing.assert_allclose(by_relu[name], expected[name], atol=2e-5, err_msg=name)
        np.testing.assert_array_equal(again[name], by_tanh[name], err_msg=name)


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        ("activation", keras.activations.elu, "activation='elu'"),
        ("recurrent_dropout", 0.3, r"recurrent_dropout=0\.3"),
    ],
)
def test_a_setting_that_no_fused_loop_has_is_refused(name, value, setting):
    layer = cases.build("simple_rnn")
    with fused(keras.Sequential([layer])):
        layer(X)
        setattr(layer.cell, name, value)
        message = rf"'{layer.name}' was changed after fused\(model\): {setting}.*call undo\(\)"
        with pytest.raises(ValueError, match=message):
            layer(X)
    layer(X)


def test_a_model_that_is_not_built_yet():
    model = keras.Sequential([keras.layers.SimpleRNN(4), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with fused(model) as swapped:
        model.fit(X, Y, verbose=0)
    assert len(swapped.layers) == 1


def test_a_trace_of_a_fused_layer_is_that_of_the_standard_one():
    model = build_model()
    standard = trace(model, X, Y)
    with fused(model) as swapped:
        assert swapped.layers == ([] if on_gpu() else ["rnn"])
        by_fused = trace(model, X, Y)
    assert by_fused.loss == pytest.approx(standard.loss, rel=1e-5)
    for part in ("states", "gates", "state_gradients"):
        expected, got = getattr(standard["rnn"], part), getattr(by_fused["rnn"], part)
        for name in expected:
            np.testing.assert_allclose(got[name], expected[name], atol=1e-6)


def test_callbacks_record_fused_training():
    def recorded(fuse):
        model = simple_model()
        probe = Probe(X, Y)
        callbacks = [GradientNorms(), GradientFlow(None, probe), GateActivations(None, probe)]
        if fuse:
            fused(model)
        model.fit(X, Y, batch_size=3, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
        if fuse:
            assert is_fused(model.layers[0])
        return {name: v for c in callbacks for name, v in c.history.items()}

    standard, by_fused = recorded(False), recorded(True)
    assert standard.keys() == by_fused.keys()
    for name, expected in standard.items():
        if not name.startswith(("gate/", "gradient_horizon")):
            np.testing.assert_allclose(by_fused[name], expected, rtol=2e-3, atol=2e-4, err_msg=name)
