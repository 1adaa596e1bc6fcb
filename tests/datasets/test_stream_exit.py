"""A program that ends while a stream draws its next batch."""

import signal
import subprocess
import sys

import pytest

SCRIPT = """
import sys, time
import keras, numpy as np
from keras_rnn_study.datasets import sampling

def draw(generator, num_samples, held_out):
    time.sleep(0.5)  # so that the thread is in Python when the program ends
    return np.zeros((num_samples, 5, 1), "float32"), np.zeros((num_samples, 1), "float32")

class Ends(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        {end}

model = keras.Sequential([keras.Input((5, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
data = sampling.stream(draw, 2, 0, 0)
model.fit(data, steps_per_epoch=9, verbose=0, callbacks=[Ends()])
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("raise KeyboardInterrupt", -signal.SIGINT),
        ("raise ValueError('the end')", 1),
        ("sys.exit(3)", 3),
    ],
)
def test_it_ends(end, code):
    command = [sys.executable, "-c", SCRIPT.format(end=end)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
