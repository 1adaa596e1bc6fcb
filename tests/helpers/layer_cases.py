"""Recurrent layers in all their settings, and what comes out of them: outputs and gradients."""

import keras
import numpy as np
import tensorflow as tf

BATCH, TIME, FEATURES, UNITS = 6, 7, 3, 4  # an even batch: each core's part has one shape
CELLS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}
SETTINGS = {
    "default": {},
    "sequences": {"return_sequences": True},
    "state": {"return_state": True, "return_sequences": True},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "no bias": {"use_bias": False},
    "relu": {"activation": "relu"},
    "linear": {"activation": None},
    "dropout": {"dropout": 0.5, "seed": 3, "return_sequences": True},
    "zeros for masked": {"zero_output_for_mask": True, "return_sequences": True},
    "float64": {"dtype": "float64", "return_sequences": True},
    "stateful": {"stateful": True, "return_sequences": True},
}
GATED_SETTINGS = {
    "hard gates": {"recurrent_activation": "relu", "activation": "sigmoid"},
    "linear gates": {"recurrent_activation": None},
}
MASKS = {
    "none": None,
    "all true": [[1] * TIME] * BATCH,
    "right padded": [[1] * n + [0] * (TIME - n) for n in (7, 5, 1, 3, 6, 2)],
    "left padded": [[0] * (TIME - n) + [1] * n for n in (7, 5, 1, 3, 6, 2)],
    "holes": np.random.default_rng(4).integers(0, 2, (BATCH, TIME)).tolist(),
    "nothing left of a sample": [[0] * TIME, *[[1, 0, 1, 1, 0, 1, 0]] * (BATCH - 1)],
}


def build(cell, **settings):
    """A layer with weights that are all different from zero, built."""
    keras.utils.set_random_seed(1)
    layer = CELLS[cell](UNITS, **settings)
    layer.build((BATCH, TIME, FEATURES))
    rng = np.random.default_rng(2)
    layer.set_weights([rng.normal(0, 0.4, w.shape) for w in layer.get_weights()])
    return layer


def inputs(batch=BATCH, time=TIME, dtype="float32"):
    return np.random.default_rng(3).normal(size=(batch, time, FEATURES)).astype(dtype)


def outputs_and_gradients(layer, x, mask=None, initial_state=None, training=True):
    """What a layer emits and the gradients of a loss that looks at all of it.

    Returns:
        dict of name to array: `output_0`, ..., and the gradients of `x`, of each initial state
        and of each weight.
    """
    if layer.stateful:
        layer.reset_state()
    x = tf.convert_to_tensor(x)
    states = [] if initial_state is None else [tf.convert_to_tensor(s) for s in initial_state]
    mask = None if mask is None else tf.cast(mask, tf.bool)
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        emitted = layer(x, initial_state=states or None, mask=mask, training=training)
        emitted = list(emitted) if isinstance(emitted, list | tuple) else [emitted]
        rng = np.random.default_rng(5)
        looks_at = [rng.normal(size=e.shape).astype(e.dtype.name) for e in emitted]
        loss = sum(tf.reduce_sum(e * a) for e, a in zip(emitted, looks_at, strict=True))
    weights = layer.trainable_variables
    sources = [x, *states, *(w.value for w in weights)]
    names = ["dx", *(f"d_state_{i}" for i in range(len(states))), *(f"d_{w.name}" for w in weights)]
    values = {f"output_{i}": e for i, e in enumerate(emitted)}
    values |= dict(zip(names, tape.gradient(loss, sources), strict=True))
    return {name: None if value is None else value.numpy() for name, value in values.items()}
