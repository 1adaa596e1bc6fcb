"""Every step is recorded, whatever the training is like and whatever others do in between."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import scalars_in
from keras import layers
from small_training import (
    BATCH,
    BATCHES,
    FEATURES,
    FLAT_X,
    TIME,
    At,
    Y,
    build,
    by_hand,
    fit,
    gradients_of,
    quick,
    same_norms,
    same_values,
)

from keras_rnn_study.callbacks import GradientNorms


def test_a_train_step_of_the_users_own():
    class Mine(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(x, training=True) - y) ** 2)
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"mine": loss}

    stack = build().layers
    model = Mine([keras.Input((TIME, FEATURES)), *stack])
    norms = GradientNorms()
    fit(build(model=model), norms)
    assert len(norms.history["step"]) == 2 * BATCHES


def test_a_model_that_keras_builds_at_the_first_step():
    class Late(keras.Model):
        def __init__(self):
            super().__init__()
            self.rnn, self.head = layers.GRU(3, name="rnn"), layers.Dense(1, name="head")

        def call(self, x):
            return self.head(self.rnn(x))

    norms = GradientNorms()
    fit(build(model=Late()), norms)
    assert list(norms.history["step"]) == list(range(2 * BATCHES))
    assert np.all(norms.history["gradient_norm/rnn/recurrent_kernel"] > 0)


def test_a_second_fit_goes_on_and_one_without_the_callback_is_not_recorded():
    model, norms = quick(), GradientNorms()
    expected = by_hand(quick(), epochs=4)
    fit(model, norms)
    function = model.train_function
    fit(model, epochs=1)
    assert len(norms.history["step"]) == 2 * BATCHES
    fit(model, norms, epochs=1)
    assert model.train_function is function
    assert list(norms.history["step"]) == [*range(2 * BATCHES), *range(3 * BATCHES, 4 * BATCHES)]
    np.testing.assert_allclose(
        norms.history["gradient_norm/global"][-BATCHES:],
        expected["gradient_norm/global"][-BATCHES:],
        rtol=1e-3,
    )


def test_recording_changes_nothing_of_the_training():
    plain, recorded = build(keras.optimizers.Adam()), build(keras.optimizers.Adam())
    fit(plain)
    fit(recorded, GradientNorms())
    for a, b in zip(plain.get_weights(), recorded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_steps_than_the_buffer_holds(monkeypatch):
    monkeypatch.setattr("keras_rnn_study.callbacks.norm_record._ROWS", 4)
    norms = GradientNorms()
    fit(quick(), norms, epochs=3)
    same_norms(norms.history, by_hand(quick(), epochs=3))


def test_two_at_once_record_the_same():
    a, b, model = GradientNorms(), GradientNorms(), quick()
    expected = by_hand(quick(), epochs=4)
    fit(model, a, b)
    same_norms(a.history, {tag: norms[: 2 * BATCHES] for tag, norms in expected.items()})
    assert not hasattr(model.train_function, "arm")
    fit(model, b)
    assert len(a.history["step"]) == 2 * BATCHES
    same_norms(b.history, expected, rtol=1e-3)


@pytest.mark.parametrize(
    "disturb",
    [
        lambda model: model.train_on_batch(FLAT_X[:BATCH], Y[:BATCH]),
        lambda model: model.make_train_function(force=True),
    ],
    ids=["train_on_batch", "make_train_function"],
)
def test_other_callbacks_may_train_in_between(disturb):
    model, norms = quick(), GradientNorms()
    fit(model, norms, At("on_train_batch_end", 1, disturb))
    assert len(norms.history["step"]) == 2 * BATCHES
    assert not hasattr(model.train_function, "arm")


def test_a_train_step_with_another_optimizer_is_said():
    class Other(keras.Sequential):
        def train_step(self, data):
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(data[0]) - data[1]) ** 2)
            weights = self.trainable_variables
            mine.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    mine = keras.optimizers.SGD(0.1)
    model = Other([keras.Input((TIME, FEATURES)), layers.GRU(2), layers.Dense(1)])
    mine.build(model.trainable_variables)
    with pytest.warns(RuntimeWarning, match=r"8 of 8 training steps are not.*recording\(model"):
        fit(build(model=model), GradientNorms())


def test_without_an_optimizer():
    model = keras.Sequential([keras.Input((TIME, FEATURES)), layers.GRU(2), layers.Dense(1)])
    model.compile(optimizer=None, loss="mse")
    with pytest.raises(ValueError, match=r"compiled without one\. Give `compile` an optimizer"):
        fit(model, GradientNorms())


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # how Keras learns the length
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_steps_of_groups_that_are_not_full_are_not_missed(known):
    """Keras counts the last group of an epoch as full."""
    data = tf.data.Dataset.from_tensor_slices((FLAT_X, Y)).batch(BATCH)
    model, norms = quick(steps_per_execution=3), GradientNorms()
    options = {"shuffle": False, "verbose": 0, "epochs": 2, "callbacks": [norms]}
    model.fit(data if known else data.filter(lambda x, y: True), **options)
    same_norms(norms.history, by_hand(quick()))


def test_a_step_of_another_callback_just_before_is_not_taken_for_the_training_s_own():
    def train(model):
        model.train_on_batch(-FLAT_X[:BATCH], Y[:BATCH])

    def the_same(model):
        gradients = gradients_of(model, -FLAT_X[:BATCH], Y[:BATCH])
        model.optimizer.apply(gradients, model.trainable_variables)

    norms, other = GradientNorms(), At("on_train_batch_begin", 1, train)
    fit(quick(), norms, other)
    expected = by_hand(quick(), before={1: the_same, BATCHES + 1: the_same})
    assert list(norms.history["step"]) == [0, 2, 3, 4, 5, 7, 8, 9]
    same_values(norms.history, expected, rtol=1e-3)


def test_a_step_that_another_callback_hid_is_missed():
    hide = At("on_train_batch_begin", 1, lambda model: model.make_train_function(force=True))
    norms = GradientNorms()
    with pytest.warns(RuntimeWarning, match="1 of 4 training steps are not recorded"):
        fit(quick(), norms, hide, epochs=1)
    assert list(norms.history["step"]) == [0, 2, 3]


def test_steps_of_another_optimizer_are_missed():
    class Alternating(keras.Sequential):
        def train_step(self, data):
            weights = self.trainable_variables
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(data[0]) - data[1]) ** 2)
            gradients = tape.gradient(loss, weights)
            optimizer = mine if next(calls) % 2 else self.optimizer
            optimizer.apply(gradients, weights)
            return {"loss": loss}

    mine, calls = keras.optimizers.SGD(0.1), itertools.count()
    model = Alternating([keras.Input((FEATURES,)), layers.Dense(1)])
    norms = GradientNorms()
    with pytest.warns(RuntimeWarning, match="4 of 8 training steps are not recorded"):
        fit(build(model=model, run_eagerly=True), norms)
    assert list(norms.history["step"]) == [0, 1, 2, 3]


def test_training_from_a_backup_is_recorded_from_where_it_goes_on(tmp_path):
    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    def pull_the_plug(model):
        if model.optimizer.iterations > BATCHES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(quick(), backup(), At("on_train_batch_end", 1, pull_the_plug), epochs=3)
    norms = GradientNorms(tmp_path)
    fit(quick(), norms, backup(), epochs=3)
    assert list(norms.history["step"]) == list(range(BATCHES, 3 * BATCHES))
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == list(norms.history["step"])
    expected = {tag: values[BATCHES:] for tag, values in by_hand(quick(), epochs=3).items()}
    same_values(norms.history, expected, rtol=1e-3)
