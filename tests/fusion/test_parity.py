"""A fused layer emits what the standard one emits, and has the same gradients.

Where layers are called without a graph, as in most tests here, XLA's loop pads their steps, as for
sequences of many lengths; `fit` knows the length.
"""

import keras
import layer_cases as cases
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import fused
from keras_rnn_study.cells.devices import on_gpu

pytestmark = pytest.mark.usefixtures("two_parts")

ALL_SETTINGS = [
    pytest.param(cell, settings, id=f"{cell}: {name}")
    for cell in cases.CELLS
    for name, settings in (
        cases.SETTINGS | ({} if cell == "simple_rnn" else cases.GATED_SETTINGS)
    ).items()
]


def tolerance(dtype):
    if on_gpu():
        return 1e-4  # what is promised of cuDNN
    return {"float32": 2e-5, "float64": 1e-12}[str(dtype)]


def assert_same(layer, x, *masks, initial_state=None, training=True):
    masks = masks or [None]
    before = [outputs(layer, x, mask, initial_state, training) for mask in masks]
    swapped = fused(keras.Sequential([layer]))
    assert swapped.layers == [layer.name]
    with swapped:
        assert layer.inner_loop.__module__ == "keras_rnn_study.fusion.inner_loop"
        after = [outputs(layer, x, mask, initial_state, training) for mask in masks]
    for mask, one, other in zip(masks, before, after, strict=True):
        assert one.keys() == other.keys()
        for name, expected in one.items():
            atol = tolerance(expected.dtype) * max(1, abs(expected).max())
            message = f"{name}, mask {mask}"
            np.testing.assert_allclose(other[name], expected, rtol=0, atol=atol, err_msg=message)


def outputs(layer, *arguments):
    if hasattr(layer.cell, "seed_generator"):  # for the same dropout
        layer.cell.seed_generator.state.assign([7, 0])
    return cases.outputs_and_gradients(layer, *arguments)


@pytest.mark.parametrize(("cell", "settings"), ALL_SETTINGS)
def test_every_setting(cell, settings):
    if on_gpu() and settings.get("activation", "tanh") not in ("tanh", "relu"):
        pytest.skip("cuDNN has tanh and relu only")
    layer = cases.build(cell, **settings)
    masked = settings.get("zero_output_for_mask") or settings.get("go_backwards")
    x = cases.inputs(dtype=settings.get("dtype", "float32"))
    assert_same(layer, x, cases.MASKS["holes"] if masked else None)


@pytest.mark.parametrize("cell", cases.CELLS)
def test_every_mask_with_initial_states(cell):
    layer = cases.build(cell, return_sequences=True, return_state=True)
    rng = np.random.default_rng(6)
    states = [
        rng.normal(size=(cases.BATCH, cases.UNITS)).astype("float32") for _ in layer.state_size
    ]
    assert_same(layer, cases.inputs(), *cases.MASKS.values(), initial_state=states)


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("use_bias", [True, False])
def test_gru_has_two_definitions(reset_after, use_bias):
    layer = cases.build("gru", reset_after=reset_after, use_bias=use_bias)
    assert_same(layer, cases.inputs(), cases.MASKS["holes"])


@pytest.mark.parametrize(("batch", "time"), [(1, 7), (3, 1)])
@pytest.mark.parametrize("cell", cases.CELLS)
def test_every_size(cell, batch, time):
    assert_same(cases.build(cell, return_sequences=True), cases.inputs(batch, time))


@pytest.mark.parametrize("cell", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_the_general_layer_over_a_cell(cell):
    layer = keras.layers.RNN(getattr(keras.layers, cell)(cases.UNITS), return_sequences=True)
    layer.build((None, None, cases.FEATURES))
    assert_same(layer, cases.inputs(), cases.MASKS["holes"])


def test_inference_draws_no_dropout():
    layer = cases.build("lstm", dropout=0.5, return_sequences=True)
    assert_same(layer, cases.inputs(), training=False)


def test_a_large_lstm_takes_the_other_loop(monkeypatch):
    if on_gpu():
        pytest.skip("a GPU has one loop")
    monkeypatch.setattr("keras_rnn_study.fusion.block_loop._MOST_ROWS", 0)
    layer = cases.build("lstm", return_sequences=True, return_state=True)
    rng = np.random.default_rng(7)
    states = [rng.normal(size=(cases.BATCH, cases.UNITS)).astype("float32") for _ in range(2)]
    assert_same(layer, cases.inputs(), initial_state=states)


@pytest.mark.parametrize(
    ("cell", "masked", "jit_compile", "samples"),
    [
        ("simple_rnn", True, False, 9),  # a smaller last batch, of one
        ("gru", True, False, 8),
        ("lstm", False, False, 9),
        ("lstm", False, True, 8),
    ],
)
def test_training_goes_the_same_way(cell, masked, jit_compile, samples):
    """Bidirectional and stacked: the same weights afterwards."""

    def trained(fuse):
        keras.utils.set_random_seed(0)
        layer = cases.CELLS[cell]
        model = keras.Sequential(
            [
                keras.Input((cases.TIME, cases.FEATURES)),
                keras.layers.Masking() if masked else keras.layers.Identity(),
                keras.layers.Bidirectional(layer(4, return_sequences=True, dropout=0.2)),
                layer(3),
                keras.layers.Dense(1),
            ]
        )
        model.compile("adam", loss="mse", jit_compile=jit_compile and not on_gpu())
        if fuse:
            assert len(fused(model).layers) == 3
        x = cases.inputs(batch=samples)
        x[:, -2:] = 0
        losses = model.fit(x, x[:, :1, 0], batch_size=8, epochs=2, shuffle=False, verbose=0)
        outputs = model.predict(x, batch_size=8, verbose=0)
        return model.get_weights(), losses.history["loss"], outputs

    standard, by_fused = trained(False), trained(True)
    for expected, got in zip(
        keras.tree.flatten(standard), keras.tree.flatten(by_fused), strict=True
    ):
        np.testing.assert_allclose(got, expected, atol=2e-4)


@pytest.mark.parametrize("cell", cases.CELLS)
def test_several_gradients_at_once(cell):
    """Two tapes around one call, as in a GAN, or a persistent one."""
    layer, x = cases.build(cell), tf.constant(cases.inputs())

    def gradients():
        with tf.GradientTape() as one, tf.GradientTape(persistent=True) as other:
            one.watch(x)
            other.watch(x)
            first = tf.reduce_sum(layer(x) ** 2)
            second = 3 * first
        kernel = layer.cell.recurrent_kernel.value
        return [
            *one.gradient(first, [x, kernel]),
            *other.gradient(second, [x, kernel]),
            *other.gradient(first, [x, kernel]),
        ]

    expected = gradients()
    with fused(keras.Sequential([layer])):
        for differentiate in (gradients, tf.function(gradients)):
            for got, value in zip(differentiate(), expected, strict=True):
                np.testing.assert_allclose(got, value, atol=tolerance("float32") * 10)


@pytest.mark.parametrize("cell", cases.CELLS)
def test_second_derivatives_are_refused(cell):
    layer, x = cases.build(cell), tf.constant(cases.inputs())

    def penalty():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                output = tf.reduce_sum(layer(x) ** 2)
            size = tf.reduce_sum(inner.gradient(output, x) ** 2)
        return outer.gradient(size, layer.trainable_variables[0].value)

    assert penalty() is not None
    if on_gpu():
        pytest.skip("cuDNN's second derivatives are TensorFlow's own")
    with fused(keras.Sequential([layer])) as swapped:
        for differentiate in (penalty, tf.function(penalty)):
            with pytest.raises(ValueError, match=r"first\s+derivatives only.*call undo\(\) on"):
                differentiate()
    swapped.undo()
    assert penalty() is not None


def test_gradients_are_those_of_finite_differences():
    """Independent of Keras' own gradients: central differences of the fused loop, in float64."""
    layer = cases.build("lstm", dtype="float64", return_sequences=True)
    swapped = fused(keras.Sequential([layer]))
    x, mask = cases.inputs(dtype="float64"), cases.MASKS["holes"]
    kernel = layer.cell.recurrent_kernel
    with swapped:
        gradient = cases.outputs_and_gradients(layer, x, mask)["d_recurrent_kernel"]
        shape = (cases.BATCH, cases.TIME, cases.UNITS)
        looks_at = np.random.default_rng(5).normal(size=shape)

        def loss(step):
            kernel.assign(start + step)
            return float(tf.reduce_sum(layer(x, mask=tf.cast(mask, tf.bool)) * looks_at))

        start = kernel.numpy()
        for row, column in [(0, 0), (3, 5), (1, 10), (2, 15)]:
            step = np.zeros_like(start)
            step[row, column] = 1e-6
            difference = (loss(step) - loss(-step)) / 2e-6
            assert difference == pytest.approx(gradient[row, column], rel=1e-6, abs=1e-8)
