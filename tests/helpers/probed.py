"""A small model and its data, for the tests of callbacks that look at a probe."""

import keras
import numpy as np
from keras import layers

SAMPLES, BATCH, TIME, FEATURES, UNITS = 12, 4, 7, 3, 5
X = np.random.default_rng(0).normal(size=(SAMPLES, TIME, FEATURES)).astype("float32")
Y = np.random.default_rng(1).normal(size=(SAMPLES, 1)).astype("float32")
STEPS = SAMPLES // BATCH  # in an epoch


def build(*stack, time=TIME, **compile_options):
    stack = stack or (layers.LSTM(UNITS, name="lstm"),)
    model = keras.Sequential([keras.Input((time, FEATURES)), *stack, layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse", **compile_options)
    return model


def fit(model, *callbacks, epochs=2, x=X, y=Y, **options):
    return model.fit(x, y, BATCH, epochs=epochs, verbose=0, callbacks=list(callbacks), **options)
