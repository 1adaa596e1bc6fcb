"""The SimpleRNN loop of a GPU, around a stand-in for cuDNN that reads what it is given as it does.

The kernel itself is tested where there is a GPU (tests/gpu); this holds everything around it:
the packed weights, the masks, the direction, and what is done to the model.
"""

import keras
import layer_cases as cases
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import fused


def cudnn_rnn_v3(
    input, input_h, input_c, params, rnn_mode, sequence_lengths, time_major, is_training
):
    """cuDNN's definition of a one-layer RNN: h_t = act(W x_t + R h_{t-1} + b_W + b_R).

    Its parameters are W (units, features) and R (units, units), row by row, then the two biases.
    """
    assert time_major
    assert is_training
    time, batch, features = input.shape
    units = input_h.shape[-1]
    assert input_h.shape == (1, batch, units)
    assert sequence_lengths.numpy().tolist() == [time] * batch
    sizes = [units * features, units * units, units, units]
    w, r, b_w, b_r = tf.split(params, sizes)
    w, r = tf.reshape(w, [units, features]), tf.reshape(r, [units, units])
    activation = {"rnn_tanh": tf.tanh, "rnn_relu": tf.nn.relu}[rnn_mode]
    h, hs = input_h[0], []
    for step in range(time):
        z = tf.einsum("uf,bf->bu", w, input[step]) + tf.einsum("uv,bv->bu", r, h) + b_w + b_r
        h = activation(z)
        hs.append(h)
    return tf.stack(hs), h[None], tf.zeros_like(h[None]), None, None


@pytest.fixture(autouse=True)
def as_if_on_a_gpu(monkeypatch):
    for module in ("fused_obstacles", "swapping"):
        monkeypatch.setattr(f"keras_rnn_study.fusion.{module}.on_gpu", lambda: True)
    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", cudnn_rnn_v3)


def assert_same(layer, mask=None, training=True):
    before = outputs(layer, mask, training)
    with fused(keras.Sequential([layer])) as swapped:
        assert swapped.layers == [layer.name]
        after = outputs(layer, mask, training)
    for name, expected in before.items():
        np.testing.assert_allclose(after[name], expected, atol=1e-5, err_msg=name)


def outputs(layer, mask, training):
    layer.cell.seed_generator.state.assign([7, 0])
    return cases.outputs_and_gradients(layer, cases.inputs(), mask, training=training)


@pytest.mark.parametrize("mask", cases.MASKS)
def test_every_mask(mask):
    settings = {"return_sequences": True, "return_state": True}
    assert_same(cases.build("simple_rnn", **settings), cases.MASKS[mask])


@pytest.mark.parametrize("settings", ["default", "backwards", "no bias", "relu", "dropout"])
def test_every_setting(settings):
    assert_same(cases.build("simple_rnn", **cases.SETTINGS[settings]), cases.MASKS["holes"])


def test_half_precision_is_handed_on():
    layer = cases.build("simple_rnn", dtype="mixed_float16")
    with fused(keras.Sequential([layer])):
        assert layer(cases.inputs()).dtype == tf.float16


def test_every_length():
    """cuDNN takes any, so a model without a fixed length stays on it."""
    layer = keras.layers.SimpleRNN(4, return_sequences=True)
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.Masking(), layer])
    model.compile(run_eagerly=True)  # the stand-in is no graph
    batches = [cases.inputs(time=time) for time in (3, 5)]
    expected = [model.predict(x, verbose=0) for x in batches]
    with fused(model):
        got = [model.predict(x, verbose=0) for x in batches]
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def model_of_one(jit_compile=None):
    model = keras.Sequential([keras.Input((7, 3)), keras.layers.SimpleRNN(4)])
    if jit_compile is not None:
        model.compile("sgd", loss="mse", jit_compile=jit_compile)
    return model


@pytest.mark.parametrize("before", [True, False, "auto", None])
@pytest.mark.parametrize("within", [True, False, "auto", None])
@pytest.mark.filterwarnings("ignore:Model doesn't support `jit_compile=True`")
def test_xla_is_off_as_long_as_cudnn_is_on(before, within):
    """Keras compiles a SimpleRNN's training step with XLA on a GPU, and XLA has no cuDNN.

    Afterwards it is as `compile` alone makes it, the last one or, without any, Keras' own choice.
    """
    model = model_of_one(before)
    with fused(model):
        assert not model.jit_compile
        if within is not None:
            model.compile("sgd", loss="mse", jit_compile=within)
        assert not model.jit_compile
    assert model.layers[0].supports_jit is True
    last = before if within is None else within
    assert model.jit_compile is model_of_one(last).jit_compile
