"""Sequences of many lengths run on the fused loops, which are compiled a few times only."""

import keras
import layer_cases as cases
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import fused
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.inner_loop import FusedInnerLoop
from keras_rnn_study.fusion.padding import padded_length
from keras_rnn_study.fusion.xla_loop import XlaLoop

LENGTHS = (9, 17)


@pytest.fixture(autouse=True)
def own_loop_is_out_of_reach(monkeypatch):
    """Within `fused`, nothing calls Keras' own loop."""
    called = FusedInnerLoop.__call__

    def without_own(*arguments, **keywords):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keras.layers.RNN, "inner_loop", None)
            patch.setattr(keras.layers.LSTM, "inner_loop", None)
            patch.setattr(keras.layers.GRU, "inner_loop", None)
            return called(*arguments, **keywords)

    monkeypatch.setattr(FusedInnerLoop, "__call__", without_own)


def batches(masked):
    for time in LENGTHS:
        x = cases.inputs(time=time)
        if masked:
            x[::2, time // 2 :] = 0
            x[0] = 0  # a sample that is all padding
        yield x, x[:, :1, 0]


def trained(make, masked, fuse, jit_compile=False):
    """Outputs, losses and weights of a model without a fixed length."""
    keras.utils.set_random_seed(0)
    first = keras.layers.Masking() if masked else keras.layers.Identity()
    model = keras.Sequential([keras.Input((None, cases.FEATURES)), first, make(), answer()])
    model.compile("sgd", loss="mse", jit_compile=jit_compile)
    if fuse:
        swapped = fused(model)
        assert swapped.unfused == {}
        assert swapped.layers
    losses = [model.train_on_batch(x, y) for x, y in batches(masked)]
    # Within XLA the whole step is compiled, and a prediction would be the same loop once more.
    outputs = [] if jit_compile else [model.predict_on_batch(x) for x, _ in batches(masked)]
    return [*losses, *outputs, *model.get_weights()]


def answer():
    return keras.layers.Dense(1)


CASES = {
    "simple_rnn": (lambda: keras.layers.SimpleRNN(4), False),
    "block lstm": (lambda: keras.layers.LSTM(4), False),
    "masked lstm": (lambda: keras.layers.LSTM(4), True),
    "gru": (lambda: keras.layers.GRU(4, reset_after=False), True),
    "both ways": (lambda: keras.layers.Bidirectional(keras.layers.GRU(4, dropout=0.3)), False),
}


@pytest.mark.parametrize("case", CASES)
def test_training_goes_the_same_way(case):
    if on_gpu():
        pytest.skip("a GPU has one loop, for SimpleRNN")
    standard, by_fused = (trained(*CASES[case], fuse) for fuse in (False, True))
    for expected, got in zip(standard, by_fused, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_also_within_xla():
    if on_gpu():
        pytest.skip("XLA has no cuDNN")
    standard, by_fused = (trained(*CASES["gru"], fuse, jit_compile=True) for fuse in (False, True))
    for expected, got in zip(standard, by_fused, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_few_lengths_are_compiled(monkeypatch):
    """In eager mode each call tells its length, and each new shape would be compiled."""
    if on_gpu():
        pytest.skip("nothing is compiled for cuDNN")
    shapes = set()
    forward = XlaLoop._recur

    def seen(loop, recurrent, z, *rest):
        shapes.add(tuple(z.shape))
        return forward(loop, recurrent, z, *rest)

    monkeypatch.setattr(XlaLoop, "_recur", seen)
    monkeypatch.setattr("keras_rnn_study.cells.devices.usable_cores", lambda: 1)
    layer = cases.build("simple_rnn")
    with fused(keras.Sequential([layer])):
        for time in range(1, 49):
            layer(cases.inputs(time=time))
    assert sorted(time for time, *_ in shapes) == [16, 24, 32, 48]


def test_padded_lengths():
    lengths = tf.function(tf.map_fn)(padded_length, tf.range(1, 3001)).numpy()
    steps = np.arange(1, 3001)
    assert (steps <= lengths).all()
    assert (lengths[16:] < 1.5 * steps[16:]).all()
    assert len(set(lengths)) == 16
