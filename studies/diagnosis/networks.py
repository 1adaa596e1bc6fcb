"""Small networks of standard Keras layers, so that a patient reads as what is wrong with it."""

from collections.abc import Sequence

import keras
import numpy as np
from samples import Samples

CELLS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def network(
    samples: Samples,
    *layers: keras.Layer,
    loss: object = "sparse_categorical_crossentropy",
    optimizer: keras.optimizers.Optimizer | None = None,
    any_length: bool = False,
) -> keras.Model:
    """Build and compile a stack of layers for the inputs of `samples`."""
    time = None if any_length else samples.x.shape[1]
    start = keras.Input((time, *samples.x.shape[2:]), dtype=samples.x.dtype.name)
    model = keras.Sequential([start, *layers])
    model.compile(optimizer=optimizer or adam(), loss=loss)
    return model


def adam(learning_rate: float = 0.01, **settings: object) -> keras.optimizers.Optimizer:
    """Return the optimizer of all who have no reason for another one."""
    return keras.optimizers.Adam(learning_rate, **settings)


def sgd(learning_rate: float = 0.3, **settings: object) -> keras.optimizers.Optimizer:
    """Return plain gradient descent with momentum."""
    return keras.optimizers.SGD(learning_rate, momentum=0.9, **settings)


def answer(num_classes: int, **settings: object) -> keras.Layer:
    """Return a softmax over classes."""
    return keras.layers.Dense(num_classes, **{"activation": "softmax", "name": "answer"} | settings)


def number(**settings: object) -> keras.Layer:
    """Return one number."""
    return keras.layers.Dense(1, **{"name": "answer"} | settings)


def recurrent(cell: str, units: int = 24, **settings: object) -> keras.Layer:
    """Return a recurrent layer."""
    return CELLS[cell](units, **settings)


def stack(cell: str, layers: int, units: int = 24, **settings: object) -> list[keras.Layer]:
    """Return several recurrent layers, all but the last one with an output at each step."""
    return [
        recurrent(cell, units, return_sequences=number < layers - 1, **settings)
        for number in range(layers)
    ]


def embedding(samples: Samples, units: int = 16, **settings: object) -> keras.Layer:
    """Return a vector for each token."""
    return keras.layers.Embedding(int(samples.x.max()) + 1, units, name="embedding", **settings)


def set_gate(layer: keras.Layer, gate: int, value: float | Sequence[float] | np.ndarray) -> None:
    """Set the biases of one gate of a built layer, counted as its kernel has them.

    An LSTM has input, forget, candidate, output; a GRU update, reset, candidate, where the biases
    of the inputs are the first of two rows.
    """
    units = layer.units
    bias = layer.cell.bias.numpy()
    bias[..., gate * units : (gate + 1) * units] = 0
    row = bias if bias.ndim == 1 else bias[0]
    row[gate * units : (gate + 1) * units] = value
    layer.cell.bias.assign(bias)
