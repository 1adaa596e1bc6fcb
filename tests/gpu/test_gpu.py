"""What only a GPU can tell: that layers run on cuDNN, stay there while recorded, and are right.

`pytest -m gpu`; without a GPU all of it is skipped. `benchmarks/gpu.py` runs it too.
"""

import keras
import layer_cases as cases
import numpy as np
import pytest
import tensorflow as tf
from keras_internals import keras_rnn

from keras_rnn_study import fused, trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.doctor import examine

pytestmark = pytest.mark.gpu

GATED = ("lstm", "gru")
X = cases.inputs(batch=16)
Y = X[:, :1, 0]


@pytest.fixture(scope="module", autouse=True)
def _without_xla():
    """Traces as users have them."""


@pytest.fixture(autouse=True)
def _on_a_gpu_in_full_precision():
    if not on_gpu():
        pytest.skip("TensorFlow sees no GPU")
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    yield
    tf.config.experimental.enable_tensor_float_32_execution(before)


def build_model(cell, **settings):
    keras.utils.set_random_seed(0)
    layer = cases.CELLS[cell](4, name="rnn", **settings)
    model = keras.Sequential([keras.Input(X.shape[1:]), layer, keras.layers.Dense(1, name="dense")])
    model.compile("sgd", loss="mse")
    return model


def training_ops(model):
    """Names of the kinds of operations in the training step that Keras compiled, and below it."""
    model.fit(X, Y, verbose=0)  # makes what the optimizer holds
    step = tf.function(model.train_step, autograph=False)
    graph = step.get_concrete_function((tf.constant(X), tf.constant(Y))).graph
    definition = graph.as_graph_def(add_shapes=False)
    nodes = [*definition.node, *(n for f in definition.library.function for n in f.node_def)]
    return {node.op for node in nodes}


def assert_close(got, expected, tolerance=1e-4):
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        atol = tolerance * max(1, abs(value).max())
        np.testing.assert_allclose(got[name], value, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("cell", GATED)
def test_standard_layers_train_on_cudnn_and_the_doctor_knows(cell):
    model = build_model(cell)
    assert "CudnnRNNV3" in training_ops(model)
    (layer,) = examine(model)
    assert "cuDNN" in layer.kernel
    model = build_model(cell, use_cudnn=False)
    assert "CudnnRNNV3" not in training_ops(model)
    (layer,) = examine(model)
    assert "cuDNN" not in layer.kernel


@pytest.mark.parametrize("cell", GATED)
def test_recording_leaves_them_on_cudnn(cell, monkeypatch):
    model, calls = build_model(cell), []
    kernel = getattr(keras_rnn, f"_cudnn_{cell}")

    def counted(*arguments, **keywords):
        calls.append(cell)
        return kernel(*arguments, **keywords)

    monkeypatch.setattr(keras_rnn, f"_cudnn_{cell}", counted)
    monkeypatch.setattr(keras.layers.RNN, "inner_loop", lambda *a, **k: pytest.fail("slow loop"))
    probe = Probe(X, Y)
    recording = [GradientNorms(), GradientFlow(None, probe), GateActivations(None, probe)]
    model.fit(X, Y, epochs=2, verbose=0, callbacks=recording)
    assert calls  # once a graph: the training step's, and the trace's


@pytest.mark.parametrize("mask", ["none", "right padded"])
@pytest.mark.parametrize("cell", GATED)
def test_cudnn_agrees_with_the_loop(cell, mask):
    settings = {"return_sequences": True}
    by_cudnn, by_loop = (
        cases.outputs_and_gradients(
            cases.build(cell, use_cudnn=use, **settings), cases.inputs(), cases.MASKS[mask]
        )
        for use in (True, False)
    )
    valid = np.ones((cases.BATCH, cases.TIME)) if mask == "none" else cases.MASKS[mask]
    # At masked steps cuDNN shows zero, the loop what was there before; the loss looks at both.
    got = by_cudnn["output_0"] * np.asarray(valid)[..., None]
    expected = by_loop["output_0"] * np.asarray(valid)[..., None]
    np.testing.assert_allclose(got, expected, atol=1e-4)
    if mask == "none":
        assert_close(by_cudnn, by_loop)


@pytest.mark.parametrize("cell", cases.CELLS)
def test_a_trace_agrees_with_the_opened_loop(cell, monkeypatch):
    model = build_model(cell, return_sequences=True)
    y = np.repeat(Y[:, None], X.shape[1], 1)
    replayed = trace(model, X, y)["rnn"]
    monkeypatch.setattr("keras_rnn_study.cells.replay.supports", lambda cell: False)
    twin = keras.Sequential([keras.Input(X.shape[1:]), *model.layers])  # for a trace of its own
    twin.compile("sgd", loss="mse")
    opened = trace(twin, X, y)["rnn"]
    np.testing.assert_allclose(replayed.states["h"], opened.states["h"], atol=1e-4)
    for state, expected in opened.state_gradients.items():
        got = replayed.state_gradients[state]
        np.testing.assert_allclose(got, expected, atol=1e-4 * max(1e-3, abs(expected).max()))


@pytest.mark.parametrize("mask", cases.MASKS)
@pytest.mark.parametrize("setting", ["sequences", "backwards", "relu", "no bias", "dropout"])
def test_fused_simple_rnn_agrees_with_the_standard_one(setting, mask):
    layer = cases.build("simple_rnn", **cases.SETTINGS[setting])

    def values():
        layer.cell.seed_generator.state.assign([7, 0])
        return cases.outputs_and_gradients(layer, cases.inputs(), cases.MASKS[mask])

    standard = values()
    with fused(keras.Sequential([layer])) as swapped:
        assert swapped.layers == [layer.name]
        assert_close(values(), standard)


def test_fused_simple_rnn_trains_on_cudnn_the_same_way():
    def trained(fuse):
        model = build_model("simple_rnn")
        if fuse:
            fused(model)
            assert model.jit_compile is False
            assert "CudnnRNNV3" in training_ops(model)
        model.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0)
        return dict(enumerate(model.get_weights()))

    assert_close(trained(True), trained(False))


def test_fused_simple_rnn_in_half_precision():
    layer = cases.build("simple_rnn", dtype="mixed_float16", return_sequences=True)
    standard = layer(X).numpy()
    with fused(keras.Sequential([layer])):
        np.testing.assert_allclose(layer(X).numpy(), standard, atol=1e-2)
