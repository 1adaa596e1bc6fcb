"""What was recorded is there when training breaks off, and nothing stays in the model."""

import gc
import sys

import keras
import pytest
import tensorflow as tf
from event_files import scalars_in
from small_training import BATCH, FEATURES, FLAT_X, At, Y, fit, quick

from keras_rnn_study.callbacks import GradientNorms


class Raising(keras.callbacks.Callback):
    """Breaks training off after some batches, from a callback or from within the step."""

    def __init__(self, error, batches=3):
        super().__init__()
        self.error, self.batches = error, batches

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self.batches:
            raise self.error


@pytest.mark.parametrize("error", [RuntimeError("by a test"), KeyboardInterrupt()], ids=repr)
def test_training_that_breaks_off_loses_nothing_and_leaves_nothing(error, tmp_path):
    model, norms = quick(), GradientNorms(tmp_path)
    with pytest.raises(type(error)):
        fit(model, norms, Raising(error))
    assert "apply" not in vars(model.optimizer)
    assert list(norms.history["step"]) == [0, 1, 2]
    fit(model, epochs=1)  # without the callback: nothing of it is left in the model
    assert list(norms.history["step"]) == [0, 1, 2]
    assert not hasattr(model.train_function, "arm")
    del norms
    error.__traceback__ = None  # its frames hold the callback
    gc.collect()
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]


def test_a_step_that_raises_writes_what_was_recorded_until_then(tmp_path):
    def batches():
        for start in range(0, 3 * BATCH, BATCH):
            yield FLAT_X[start : start + BATCH], Y[start : start + BATCH]
        raise RuntimeError("no more data")

    shapes = (tf.TensorSpec((None, FEATURES)), tf.TensorSpec((None, 1)))
    data = tf.data.Dataset.from_generator(batches, output_signature=shapes)
    model, norms = quick(), GradientNorms(tmp_path)
    with pytest.raises(tf.errors.OpError):
        model.fit(data, steps_per_epoch=9, shuffle=False, verbose=0, callbacks=[norms])
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]
    assert not hasattr(model.train_function, "arm")


def test_a_process_that_ends_badly_has_written(tmp_path):
    import subprocess

    script = f"""
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
from keras_rnn_study.callbacks import GradientNorms
model = keras.Sequential([keras.Input((4, 2)), keras.layers.GRU(2), keras.layers.Dense(1)])
model.compile("sgd", loss="mse")
class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            raise RuntimeError("by a test")
model.fit(np.ones((9, 4, 2)), np.ones((9, 1)), batch_size=1, verbose=0,
          callbacks=[GradientNorms({str(tmp_path)!r}), Stop()])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "by a test" in done.stderr
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2, 3, 4]


def test_being_collected_while_a_graph_is_traced(tmp_path):
    """Python collects what training that broke off left behind wherever it likes."""
    error, left = RuntimeError("by a test"), [GradientNorms(tmp_path)]
    with pytest.raises(RuntimeError):
        fit(quick(), left[0], Raising(error))
    error.__traceback__ = None

    @tf.function
    def traced():
        left.clear()
        gc.collect()
        return tf.constant(1)

    traced()
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]


def breaking_off_at(moment):
    def stop(model):
        raise RuntimeError("by a test")

    return At(moment, 1, stop)


@pytest.mark.parametrize("moment", ["on_train_batch_begin", "on_train_batch_end", "on_epoch_end"])
def test_steps_after_a_training_that_broke_off_are_not_recorded(moment):
    model, norms = quick(), GradientNorms()
    with pytest.raises(RuntimeError, match="by a test"):
        fit(model, norms, breaking_off_at(moment))
    before = list(norms.history["step"])
    fit(model, epochs=1)
    model.train_on_batch(FLAT_X[:BATCH], Y[:BATCH])
    assert list(norms.history["step"]) == before
    assert not hasattr(model.train_function, "arm")


@pytest.mark.parametrize("moment", ["on_train_batch_begin", "on_train_batch_end"])
def test_the_next_training_with_another_callback_is_not_recorded_by_the_first(moment):
    model, first, second = quick(), GradientNorms(), GradientNorms()
    with pytest.raises(RuntimeError, match="by a test"):
        fit(model, first, breaking_off_at(moment))
    before = list(first.history["step"])
    steps = int(model.optimizer.iterations.numpy())
    fit(model, second, epochs=1)
    assert list(first.history["step"]) == before
    assert list(second.history["step"]) == list(range(steps, steps + 4))


def test_a_training_within_a_training_is_not_recorded():
    norms, other = GradientNorms(), GradientNorms()
    within = At("on_epoch_end", 0, lambda model: fit(model, other, epochs=1))
    fit(quick(), norms, within)
    assert list(norms.history["step"]) == [0, 1, 2, 3, 8, 9, 10, 11]
    assert list(other.history["step"]) == [4, 5, 6, 7]
