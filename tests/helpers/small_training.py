"""Small models, and the norms of their training from a tape, with nothing of the toolkit."""

import itertools
import re

import keras
import numpy as np
import tensorflow as tf
from keras import layers

BATCHES, BATCH, TIME, FEATURES = 4, 8, 10, 3
X = np.random.default_rng(0).normal(size=(BATCHES * BATCH, TIME, FEATURES)).astype("float32")
Y = np.random.default_rng(1).normal(size=(BATCHES * BATCH, 1)).astype("float32")
FLAT_X = X[:, 0]


def build(optimizer=None, model=None, **compile_options):
    """A model of two recurrent layers, or another one, compiled; always the same weights."""
    keras.utils.set_random_seed(5)
    model = model or keras.Sequential(
        [
            keras.Input((TIME, FEATURES)),
            layers.LSTM(4, return_sequences=True, name="lstm"),
            layers.SimpleRNN(5, name="rnn"),
            layers.Dense(1, name="head"),
        ]
    )
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss="mse", **compile_options)
    return model


def quick(optimizer=None, **compile_options):
    """A model that compiles fast, where it does not matter which: takes `FLAT_X`."""
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [keras.Input((FEATURES,)), layers.Dense(2, name="body"), layers.Dense(1, name="head")]
    )
    return build(optimizer, model, **compile_options)


def fit(model, *callbacks, epochs=2, x=None, y=Y):
    options = {"batch_size": BATCH, "epochs": epochs, "shuffle": False, "verbose": 0}
    return model.fit(_inputs(model, x), y, callbacks=list(callbacks), **options)


def by_hand(model, epochs=2, before=None):
    """The norms of the same training, step by step with a tape and the optimizer.

    Args:
        before: dict of a step to what is done with the model before it.
    """
    records, x = [], _inputs(model)
    for step, (_, start) in enumerate(itertools.product(range(epochs), range(0, len(x), BATCH))):
        (before or {}).get(step, lambda model: None)(model)
        gradients = gradients_of(model, x[start : start + BATCH], Y[start : start + BATCH])
        records.append(norms_of(gradients, model.trainable_variables))
        model.optimizer.apply(gradients, model.trainable_variables)
    tags = dict.fromkeys(tag for record in records for tag in record)
    return {tag: np.array([record.get(tag, np.nan) for record in records]) for tag in tags}


def gradients_of(model, x, y):
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x, y, model(x, training=True))
    return tape.gradient(loss, model.trainable_variables)


def norms_of(gradients, variables):
    record = {
        f"gradient_norm/{weight_name(v)}": np.linalg.norm(np.float64(g))
        for g, v in zip(gradients, variables, strict=True)
        if g is not None
    }
    return record | {"gradient_norm/global": np.sqrt(sum(norm**2 for norm in record.values()))}


def weight_name(variable):
    parts = variable.path.split("/")
    return "/".join(part for part in parts if not re.search(r"_cell$|^sequential", part))


def same_norms(history, expected, rtol=1e-4):
    """Steps count from 0 without a gap, and the norms of all are those expected."""
    assert np.array_equal(history["step"], np.arange(len(history["step"])))
    same_values(history, expected, rtol)


def same_values(history, expected, rtol=1e-4):
    assert {tag for tag in history if tag.startswith("gradient_norm/")} == set(expected)
    for tag, values in expected.items():
        np.testing.assert_allclose(history[tag], values, rtol=rtol, err_msg=tag)


class At(keras.callbacks.Callback):
    """Does something with the model at one moment of a training."""

    def __init__(self, moment, batch, action):
        super().__init__()
        setattr(self, moment, lambda at, logs=None: action(self.model) if at == batch else None)


def _inputs(model, x=None):
    if x is not None:
        return x
    return X if len(getattr(model, "input_shape", X.shape)) == 3 else FLAT_X
