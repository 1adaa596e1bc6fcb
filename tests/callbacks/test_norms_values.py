"""The recorded norms are those of the gradients that a tape finds, before clipping."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small_training import (
    BATCH,
    BATCHES,
    FEATURES,
    TIME,
    X,
    Y,
    build,
    by_hand,
    fit,
    same_norms,
    weight_name,
)

from keras_rnn_study.callbacks import GradientNorms


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"run_eagerly": True},
        {"steps_per_execution": 3},
        {"steps_per_execution": 2, "jit_compile": True},
    ],
    ids=str,
)
def test_norms_are_those_of_a_tape(options):
    expected = by_hand(build())
    norms = GradientNorms()
    fit(build(**options), norms)
    same_norms(norms.history, expected)


@pytest.mark.parametrize(
    "options", [{"clipnorm": 0.1}, {"global_clipnorm": 0.2}, {"clipvalue": 0.05}]
)
def test_norms_are_before_clipping_and_the_ratio_says_how_much_was_clipped(options):
    expected = by_hand(build(keras.optimizers.SGD(0.1, **options)))
    norms = GradientNorms()
    model = build(keras.optimizers.SGD(0.1, **options))
    before = model.get_weights()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    # Under plain SGD the change of the weights over the learning rate is the clipped gradient.
    moved = [(a - b) / 0.1 for a, b in zip(before, model.get_weights(), strict=True)]
    clipped = np.sqrt(sum(np.sum(np.float64(m) ** 2) for m in moved))
    history = norms.history
    assert history["gradient_clip_ratio/global"][0] == pytest.approx(
        clipped / history["gradient_norm/global"][0], rel=1e-4
    )
    assert history["gradient_clip_ratio/global"][0] < 0.9
    np.testing.assert_allclose(
        history["gradient_norm/global"], expected["gradient_norm/global"][:1], rtol=1e-4
    )


def test_without_clipping_there_is_no_ratio_and_weights_move_by_the_norm():
    model, norms = build(), GradientNorms()
    before = model.get_weights()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    assert "gradient_clip_ratio/global" not in norms.history
    for weight, new, variable in zip(
        before, model.get_weights(), model.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(
            norms.history[f"gradient_norm/{weight_name(variable)}"],
            [np.linalg.norm(weight - new) / 0.1],
            rtol=1e-3,
        )


def test_gradient_accumulation_records_each_batch():
    norms = GradientNorms()
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2, clipnorm=1.0)
    fit(build(optimizer), norms)
    expected = by_hand(
        build(keras.optimizers.SGD(0.1, gradient_accumulation_steps=2, clipnorm=1.0))
    )
    history = norms.history
    assert list(history["step"]) == [0, 0, 1, 1, 2, 2, 3, 3]  # two batches, one iteration
    same_norms(history | {"step": np.arange(2 * BATCHES)}, expected, rtol=1e-3)
    assert "gradient_clip_ratio/global" not in history


@pytest.mark.parametrize(
    "scaled",
    [
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=512.0),
        lambda: keras.optimizers.SGD(0.1, loss_scale_factor=64.0),
    ],
)
def test_the_loss_scale_is_undone(scaled):
    norms = GradientNorms()
    fit(build(scaled()), norms)
    same_norms(norms.history, by_hand(build()))


def test_replicas_are_summed():
    cpus = tf.config.list_logical_devices("CPU")
    if len(cpus) < 2:
        pytest.skip("needs two logical CPU devices; tests/conftest.py makes them")
    expected = by_hand(build())
    for inside in (True, False):
        strategy = tf.distribute.MirroredStrategy(
            [cpu.name for cpu in cpus[:2]],
            cross_device_ops=tf.distribute.ReductionToOneDevice(),
        )
        norms = GradientNorms()
        with strategy.scope():
            model = build()
            if inside:
                fit(model, norms)
        if not inside:
            fit(model, norms)
        same_norms(norms.history, expected)


def test_replicas_are_clipped_each_for_itself():
    """As Keras does it, so the ratio is that of what it applies."""
    cpus = [cpu.name for cpu in tf.config.list_logical_devices("CPU")[:2]]
    reduce = tf.distribute.ReductionToOneDevice()
    with tf.distribute.MirroredStrategy(cpus, cross_device_ops=reduce).scope():
        model = build(keras.optimizers.SGD(0.1, global_clipnorm=0.05))
    before, norms = model.get_weights(), GradientNorms()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    moved = [(a - b) / 0.1 for a, b in zip(before, model.get_weights(), strict=True)]
    clipped = np.sqrt(sum(np.sum(np.float64(m) ** 2) for m in moved))
    ratio = clipped / norms.history["gradient_norm/global"]
    np.testing.assert_allclose(norms.history["gradient_clip_ratio/global"], ratio, rtol=1e-3)


def test_frozen_and_unused_weights_have_no_entry():
    class Unused(layers.Layer):
        def build(self, shape):
            self.idle = self.add_weight(shape=(3,), name="idle")

        def call(self, x):
            return x

    frozen = layers.LSTM(4, name="frozen", return_sequences=True, trainable=False)
    stack = [frozen, Unused(name="unused"), layers.GRU(3, name="gru"), layers.Dense(1, name="head")]
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack])
    norms = GradientNorms()
    with pytest.warns(UserWarning, match="Gradients do not exist"):  # says Keras of the unused one
        fit(build(model=model), norms)
    names = {tag.split("/")[1] for tag in norms.history if "/" in tag}
    assert names == {"global", "gru", "head"}


@pytest.mark.parametrize("jit_compile", [False, True])
def test_embeddings_count_rows_that_occur_twice_once(jit_compile):
    model = keras.Sequential(
        [keras.Input((4,), dtype="int32"), layers.Embedding(5, 3, name="words"), layers.GRU(2)]
    )
    model.compile(keras.optimizers.SGD(0.1), loss="mse", jit_compile=jit_compile)
    before = model.get_weights()[0]
    norms = GradientNorms()
    model.fit(np.array([[1, 1, 1, 2]]), np.ones((1, 2)), verbose=0, callbacks=[norms])
    moved = np.linalg.norm(model.get_weights()[0] - before) / 0.1
    np.testing.assert_allclose(norms.history["gradient_norm/words/embeddings"], [moved], rtol=1e-3)


def test_norms_beyond_float32_are_finite():
    """Squares of an exploding gradient overflow float32 long before the gradient does."""
    norms = GradientNorms()
    fit(build(loss_weights=1e25), norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    assert 1e20 < norms.history["gradient_norm/global"][0] < 1e30


def test_weights_of_the_model_itself_do_not_take_the_place_of_the_whole():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.rnn, self.head = layers.GRU(2), layers.Dense(1)
            self.scale = self.add_weight(shape=(), initializer="ones", name="global")

        def call(self, x):
            return self.scale * self.head(self.rnn(x))

    norms = GradientNorms()
    fit(build(model=Own()), norms)
    history = norms.history
    assert np.all(history["gradient_norm/global"] > history["gradient_norm/own/global"])


def test_nan_is_recorded_as_it_is_and_reported_once():
    y = Y.copy()
    y[BATCH] = np.nan
    norms = GradientNorms(update_freq="batch")
    with pytest.warns(RuntimeWarning, match="step 1 is not finite.*recorded as it is") as caught:
        fit(build(), norms, y=y)
    assert len([w for w in caught if "not finite" in str(w.message)]) == 1
    assert np.isfinite(norms.history["gradient_norm/global"][0])
    assert np.isnan(norms.history["gradient_norm/global"][1:]).all()
