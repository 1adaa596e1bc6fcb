"""A recorded training of any length takes the memory of its history, and no more."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_training import quick

from keras_rnn_study.callbacks import GradientNorms

WINDOWS, STEPS = 6, 1000
HISTORY = 6 * 8  # bytes a step: step, the whole, four weights


@pytest.mark.parametrize(
    ("update_freq", "writes"), [("epoch", False), ("batch", False), ("epoch", True)]
)
def test_memory_does_not_grow_with_the_steps(update_freq, writes, tmp_path):
    model, optimizer = quick(), keras.optimizers.SGD(0.0)
    weights = model.trainable_variables
    optimizer.build(weights)

    @tf.function
    def step():
        optimizer.apply([tf.ones_like(weight) for weight in weights], weights)

    recorder = GradientNorms(tmp_path if writes else None, update_freq=update_freq)
    sizes = []
    with recorder.recording(model, optimizer) as norms:
        for _ in range(WINDOWS):
            for _ in range(STEPS):
                step()
                norms.update()
            sizes.append(resident())
    assert len(norms.history["step"]) == WINDOWS * STEPS
    # What a process happens to allocate or give back falls into one window or the other, what is
    # kept of each step into all. A Python number in TensorFlow's cache would be 800 bytes.
    # Memory is taken in pieces of some hundred kB, which is a window or two.
    assert np.median(np.diff(sizes)) / STEPS < 8 * HISTORY


def resident():
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
