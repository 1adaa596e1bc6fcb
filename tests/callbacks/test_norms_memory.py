"""A recorded training of any length takes the memory of its history, and no more."""

from pathlib import Path

import keras
import pytest
import tensorflow as tf
from small_training import quick

from keras_rnn_study.callbacks import GradientNorms

WARM_UP, STEPS = 1000, 6000
HISTORY = 6 * 8  # bytes a step: step, the whole, four weights


@pytest.mark.parametrize("update_freq", ["epoch", "batch"])
def test_memory_does_not_grow_with_the_steps(update_freq):
    model, optimizer = quick(), keras.optimizers.SGD(0.0)
    weights = model.trainable_variables
    optimizer.build(weights)

    @tf.function
    def step():
        optimizer.apply([tf.ones_like(weight) for weight in weights], weights)

    with GradientNorms(update_freq=update_freq).recording(model, optimizer) as norms:
        for k in range(WARM_UP + STEPS):
            if k == WARM_UP:
                before = resident()
            step()
            norms.update()
        grown = (resident() - before) / STEPS
    assert len(norms.history["step"]) == WARM_UP + STEPS
    assert grown < 4 * HISTORY  # a Python number in TensorFlow's cache would be 800 bytes


def resident():
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
