"""The models and data that the benchmarks train: one recurrent layer and a number out of it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from helpers.sizes import QUICK_SIZES, SIZES, STEPS

__all__ = [
    "LAYERS",
    "QUICK_SIZES",
    "SIZES",
    "STEPS",
    "bare_steps",
    "batches",
    "build",
    "fit",
    "samples",
]

LAYERS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def build(cell, size, depth=1, **options):
    """A compiled model.

    Args:
        cell: A key of `LAYERS`.
        size: (batch, time, features, units).
        depth: How many recurrent layers.
        options: Of the recurrent layers, such as `use_cudnn`.
    """
    _, time, features, units = size
    model = keras.Sequential([keras.Input((time, features))])
    for level in range(depth):
        more_above = level < depth - 1
        model.add(LAYERS[cell](units, return_sequences=more_above, **options))
    model.add(keras.layers.Dense(1))
    model.compile("adam", loss="mse")
    return model


def samples(size, steps=1):
    """Random inputs and targets for so many steps: (samples, time, features), (samples, 1)."""
    batch, time, features, _ = size
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch * steps, time, features)).astype("float32")
    return x, rng.normal(size=(batch * steps, 1)).astype("float32")


def batches(size, steps=STEPS):
    """An epoch's batches, ready in memory."""
    return untuned(tf.data.Dataset.from_tensor_slices(samples(size, steps)).batch(size[0]).cache())


def untuned(dataset):
    """Without tf.data's tuning: an epoch may wait for it at its end, up to twice its own time.

    The tuner sleeps for 10 ms, then 20, 40 and so on, and is waited for until it wakes up: epochs
    of the same work then take 150, 310 or 630 ms.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def fit(model, data, *callbacks, epochs=1):
    model.fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))


def bare_steps(model, data):
    """Function that runs `train_step` on each batch, without what `fit` does around it."""
    batches = [tuple(map(tf.constant, batch)) for batch in data.as_numpy_iterator()]
    step = tf.function(lambda x, y: model.train_step((x, y)), autograph=False)

    def run():
        for batch in batches:
            step(*batch)

    return run
