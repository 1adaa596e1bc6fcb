"""Do the fast ways on a GPU compute the same? Largest absolute differences, in full float32."""

import contextlib
from unittest import mock

import numpy as np
import tensorflow as tf

from helpers.models import build, samples
from keras_rnn_study import fused, trace
from keras_rnn_study.tracing import opening


def parity(size):
    """dict of what was compared to dict of outputs and gradients, the largest differences."""
    with full_float32():
        return {
            "lstm, cuDNN and Keras' own loop": cudnn_and_own_loop("lstm", size),
            "gru, cuDNN and Keras' own loop": cudnn_and_own_loop("gru", size),
            "simple_rnn, fused and standard": fused_and_standard("simple_rnn", size),
            "lstm, trace by replay and opened": replayed_and_opened("lstm", size),
            "gru, trace by replay and opened": replayed_and_opened("gru", size),
            "simple_rnn, trace by replay and opened": replayed_and_opened("simple_rnn", size),
        }


@contextlib.contextmanager
def full_float32():
    """Without TensorFloat-32, in which products have ten bits."""
    usual = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(usual)


def cudnn_and_own_loop(cell, size):
    cudnn, own = build(cell, size), build(cell, size, use_cudnn=False)
    own.set_weights(cudnn.get_weights())
    return differences(backward(cudnn, size), backward(own, size))


def fused_and_standard(cell, size):
    model = build(cell, size)
    standard = backward(model, size)
    with fused(model):
        return differences(backward(model, size), standard)


def backward(model, size):
    """Outputs, and the gradients of the loss with respect to inputs and weights."""
    x, y = map(tf.constant, samples(size))
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = model(x, training=True)
        loss = model.compute_loss(x, y, outputs)
    gradients = tape.gradient(loss, [x, *model.trainable_variables])
    return {"outputs": [outputs.numpy()], "gradients": [g.numpy() for g in gradients]}


def replayed_and_opened(cell, size):
    model, batch = build(cell, size), samples(size)
    replayed = total_gradients(trace(model, *batch))
    again = build(cell, size)  # a trace is kept with its model
    again.set_weights(model.get_weights())
    with mock.patch.object(opening.replay, "supports", return_value=False):
        opened = total_gradients(trace(again, *batch))
    return differences(replayed, opened)


def total_gradients(traced):
    [layer] = traced.values()
    return {"outputs": [layer.states["h"]], "gradients": list(layer.state_gradients.values())}


def differences(first, second):
    """The largest absolute difference, and the largest value, for reading it."""
    result = {}
    for name, arrays in first.items():
        pairs = list(zip(arrays, second[name], strict=True))
        result[name] = float(max(np.abs(a - b).max() for a, b in pairs))
        result[f"{name}, largest"] = float(max(np.abs(b).max() for _, b in pairs))
    return result
