"""A cell's module is what `cell_module` says, and a new cell needs two functions to be traced."""

import inspect
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import trace
from keras_rnn_study.cells import cell_module, devices
from keras_rnn_study.cells.loops import scan
from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.shared_algebra import at_unmasked, one_product, previous
from keras_rnn_study.tracing import trace_function


def functions(protocol):
    return {
        name: function
        for base in protocol.__mro__
        for name, function in vars(base).items()
        if inspect.isfunction(function) and not name.startswith("_")
    }


@pytest.mark.parametrize("module", EQUATIONS.values(), ids=lambda m: m.__name__.split(".")[-1])
@pytest.mark.parametrize("name", functions(cell_module.FusedCell))
def test_modules_conform(module, name):
    wanted = inspect.signature(functions(cell_module.FusedCell)[name])
    parameters = list(wanted.parameters.values())[1:]  # but self
    assert inspect.signature(getattr(module, name)) == wanted.replace(parameters=parameters)


@pytest.mark.parametrize("module", EQUATIONS.values(), ids=lambda m: m.__name__.split(".")[-1])
def test_modules_have_nothing_else_that_is_public(module):
    own = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }
    assert {name for name in own if not name.startswith("_")} == set(
        functions(cell_module.FusedCell)
    )


def test_a_trace_needs_two_and_a_fused_loop_five_more():
    assert set(functions(cell_module.TracedCell)) == {"inside", "backward"}
    assert len(functions(cell_module.FusedCell)) == 7


@keras.saving.register_keras_serializable("tests")
class MinGRUCell(keras.layers.Layer):
    """h_t = (1 - z_t) h_{t-1} + z_t g_t; gate and candidate see x_t only (Feng et al., 2024)."""

    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 2 * self.units), name="kernel")
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, x, states):
        z, g = keras.ops.split(x @ self.kernel, 2, axis=-1)
        z = keras.ops.sigmoid(z)
        h = (1 - z) * states[0] + z * g * self.scale
        return h, [h]


def min_gru():
    def inside(cell, weights, x, h, initial, mask):
        z, g = tf.split(one_product(x, weights["kernel"]), 2, axis=-1)
        z, g = tf.sigmoid(z), g * weights["scale"]
        before = previous(h, initial[0])
        to_z = at_unmasked((g - before) * z * (1 - z), mask, 0.0)
        to_g = at_unmasked(z * weights["scale"], mask, 0.0)
        return {"update": z, "candidate": g}, [h], [at_unmasked(1 - z, mask, 1.0), to_z, to_g]

    def backward(cell, weights, factors, surface, arriving):
        def step(carry, slices):
            surface, keep, to_z, to_g = slices
            dh = surface + carry[0]
            return [dh * keep], [dh, tf.concat([dh * to_z, dh * to_g], -1)]

        arriving, (dh, dz) = scan(step, arriving, [surface, *factors], reverse=True)
        return [dh], dz, arriving

    return types.SimpleNamespace(inside=inside, backward=backward)


def test_a_new_cell_with_two_functions_is_traced_as_the_opened_loop_traces_it(monkeypatch):
    """Its weights come by name, also those that no cell of Keras has."""
    stack = [keras.layers.Masking(), keras.layers.RNN(MinGRUCell(3), name="rnn")]
    model = keras.Sequential([keras.Input((5, 2)), *stack, keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.set_weights([np.random.default_rng(2).normal(size=w.shape) for w in model.weights])
    x = np.random.default_rng(0).normal(size=(4, 5, 2))
    x[1, 3:] = 0.0
    opened = trace(model, x, np.ones((4, 1)))["rnn"]
    assert not opened.gates
    monkeypatch.setitem(EQUATIONS, MinGRUCell, min_gru())
    monkeypatch.setattr(trace_function, "_functions", type(trace_function._functions)())
    with_module = trace(model, x, np.ones((4, 1)))["rnn"]
    assert list(with_module.gates) == ["update", "candidate"]
    for name in ("states", "state_gradients"):
        expected, actual = getattr(opened, name)["h"], getattr(with_module, name)["h"]
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        with_module.input_gradients, opened.input_gradients, rtol=1e-4, atol=1e-6
    )


def test_cores_are_those_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr(devices.loky, "cpu_count", lambda: 1)
    assert devices.usable_cores() == 1
    assert devices.batch_parts(64) == [slice(0, 64)]
