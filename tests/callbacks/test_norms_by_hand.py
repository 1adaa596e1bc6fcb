"""`recording`: a training loop that is written by hand."""

import itertools
import logging

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import scalars_in
from small_training import (
    BATCH,
    BATCHES,
    FLAT_X,
    X,
    Y,
    build,
    by_hand,
    fit,
    gradients_of,
    quick,
    same_norms,
)

from keras_rnn_study.callbacks import GradientNorms

BATCH_OF_ONE_STEP = FLAT_X[:BATCH], Y[:BATCH]


def loop(norms, model, steps, updates):
    """Some steps within a block, so many of them followed by an update."""
    with norms.recording(model):
        for k, step in enumerate(steps):
            step()
            if k < updates:
                norms.update()


def compiled_step(model, optimizer=None):
    @tf.function
    def step(x=FLAT_X[:BATCH], y=Y[:BATCH]):
        optimizer_of_step = optimizer or model.optimizer
        gradients = gradients_of(model, x, y)
        optimizer_of_step.apply(gradients, model.trainable_variables)

    return step


def test_a_training_loop_written_by_hand(tmp_path):
    expected = by_hand(build())
    model = build()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)

    with GradientNorms(tmp_path).recording(model) as norms:
        for _, start in itertools.product(range(2), range(0, len(X), BATCH)):
            step(X[start : start + BATCH], Y[start : start + BATCH])
            norms.update()
    same_norms(norms.history, expected)
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == list(range(2 * BATCHES))
    assert "apply" not in vars(model.optimizer)


def test_gradients_without_variables_are_of_those_the_optimizer_was_built_on():
    model = build()
    weights = model.trainable_variables[::-1]
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(weights)
    with GradientNorms().recording(model, optimizer) as norms:
        optimizer.apply([tf.fill(v.shape, float(k)) for k, v in enumerate(weights)])
    np.testing.assert_allclose(norms.history["gradient_norm/head/bias"], [0.0])
    assert norms.history["gradient_norm/head/kernel"] > 0


def test_what_was_traced_in_a_recording_is_silent_after_it():
    model, norms = build(), GradientNorms()
    with norms.recording(model):
        model.train_on_batch(X[:BATCH], Y[:BATCH])
    model.train_on_batch(X[:BATCH], Y[:BATCH])
    assert list(norms.history["step"]) == [0]


def test_train_on_batch_that_was_traced_before():
    model, norms = quick(), GradientNorms()
    expected = by_hand(quick(), epochs=1)
    model.train_on_batch(*BATCH_OF_ONE_STEP)
    function = model.train_function
    with norms.recording(model):
        for start in range(BATCH, len(Y), BATCH):
            model.train_on_batch(FLAT_X[start : start + BATCH], Y[start : start + BATCH])
            norms.update()
    assert model.train_function is function
    assert list(norms.history["step"]) == [1, 2, 3]
    for tag, values in expected.items():
        np.testing.assert_allclose(norms.history[tag], values[1:], rtol=1e-4)


def test_a_model_that_was_compiled_in_the_block_trains_as_it_was_compiled():
    model, norms = quick(), GradientNorms()
    model.train_on_batch(*BATCH_OF_ONE_STEP)
    with norms.recording(model):
        model.compile(keras.optimizers.SGD(0.0), loss="mse")
    before = model.get_weights()
    model.train_on_batch(*BATCH_OF_ONE_STEP)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


@pytest.mark.parametrize("updates", [0, 3])
def test_steps_that_were_traced_before_are_missed(updates):
    model, norms = quick(), GradientNorms()
    step = compiled_step(model)
    step()
    message = r"3 of 3 training steps are not recorded.*must be traced.*within the block"
    with pytest.warns(RuntimeWarning, match=message):
        loop(norms, model, [step] * 3, updates)
    assert not len(norms.history["step"])


def test_steps_of_another_optimizer_than_the_block_s_are_missed():
    model, norms = quick(), GradientNorms()
    step = compiled_step(model, keras.optimizers.SGD(0.1))
    with pytest.warns(RuntimeWarning, match="1 of 1 training steps"):
        loop(norms, model, [step], updates=1)


def test_an_error_in_the_loop_is_not_followed_by_a_warning():
    with pytest.raises(KeyError):
        loop(GradientNorms(), quick(), [lambda: None, {}.popitem], updates=1)


def test_autograph_has_nothing_to_say_about_the_recording():
    said = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    model = quick()
    tf.get_logger().addHandler(handler)
    try:
        with GradientNorms().recording(model) as norms:
            compiled_step(model)()
            norms.update()
    finally:
        tf.get_logger().removeHandler(handler)
    assert said == []
    assert len(norms.history["step"]) == 1


def test_a_step_that_was_traced_in_an_earlier_block_of_the_same_is_recorded_in_the_next():
    model, norms = quick(), GradientNorms()
    step = compiled_step(model)
    for _ in range(2):
        with norms.recording(model):
            step()
            norms.update()
        step()  # between the blocks: not recorded
    assert list(norms.history["step"]) == [0, 2]


def test_a_fit_after_a_block_is_recorded_too():
    model, norms = quick(), GradientNorms()
    with norms.recording(model):
        model.train_on_batch(*BATCH_OF_ONE_STEP)
    fit(model, norms, epochs=1)
    assert list(norms.history["step"]) == [0, 1, 2, 3, 4]


def test_a_loop_that_does_not_update_often_enough_is_told(monkeypatch):
    monkeypatch.setattr("keras_rnn_study.callbacks.norm_record._ROWS", 2)
    model, norms = quick(), GradientNorms()
    steps = [lambda: model.train_on_batch(*BATCH_OF_ONE_STEP)] * 5
    with pytest.warns(RuntimeWarning, match="norms of 3 training steps were over") as caught:
        loop(norms, model, steps, updates=0)
    assert len(caught) == 1
    assert list(norms.history["step"]) == [3, 4]
