"""Models of all kinds, drawn at random: layers, cells, wrappers, masks, settings."""

import keras
import numpy as np
from keras import layers

ACTIVATIONS = ["tanh", "relu", "sigmoid", "softsign", "linear", "elu", "softmax"]
CELLS = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
CELL_LAYERS = [layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell]
VOCABULARY = 7


class LeakyCell(keras.layers.Layer):
    """A cell of a user's own: two states, and an output that is neither of them."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size, self.output_size = units, [units, 2], units + 1

    def build(self, shape):
        self.mix = self.add_weight(shape=(shape[-1] + self.units + 2, self.units), name="mix")
        self.out = self.add_weight(shape=(self.units, self.output_size), name="out")

    def call(self, inputs, states):
        slow, fast = states
        new = keras.ops.tanh(keras.ops.concatenate([inputs, slow, fast], -1) @ self.mix)
        slow = 0.7 * slow + 0.3 * new
        return slow @ self.out, [slow, keras.ops.tanh(fast + keras.ops.mean(new))]


class Subclassed(keras.Model):
    """Calls its layers one after the other, as a Sequential does, but Keras does not know."""

    def __init__(self, stack):
        super().__init__()
        self.stack = stack

    def call(self, x, training=None):
        for layer in self.stack:
            x = layer(x, training=training) if isinstance(layer, layers.Dropout) else layer(x)
        return x


def random_batch(rng, time):
    """Inputs: (batch, time, features), some steps all 0, or tokens (batch, time); and which."""
    batch = int(rng.integers(1, 6))
    if rng.random() < 0.3:
        return rng.integers(VOCABULARY, size=(batch, time)).astype("int32")
    x = rng.normal(size=(batch, time, int(rng.integers(1, 5)))).astype("float32")
    x[rng.random((batch, time)) < 0.3] = 0
    return x


def random_model(rng, x):
    """A model for `x`, not compiled, and the number of recurrent loops in it."""
    time = x.shape[1]
    stack, loops = [], 0
    masked = rng.random() < 0.5
    if x.ndim == 2:
        stack.append(layers.Embedding(VOCABULARY, 3, mask_zero=bool(masked)))
    elif masked:
        stack.append(layers.Masking())
    count = int(rng.integers(1, 4))
    for number in range(count):
        is_last = number == count - 1
        sequences = not is_last or rng.random() < 0.4
        layer, inside = random_layer(rng, sequences, may_unroll=True)
        stack.append(layer)
        loops += inside
        if rng.random() < 0.2:
            stack.append(layers.Dropout(0.4, seed=1))
        if sequences and rng.random() < 0.2:
            stack.append(layers.TimeDistributed(layers.Dense(3)))
    stack.append(layers.Dense(int(rng.integers(1, 3))))
    shape = x.shape[1:] if rng.random() < 0.5 else (None, *x.shape[2:])
    if any(_unrolls(layer) for layer in stack):
        shape = (time, *x.shape[2:])
    return _assemble(rng, stack, keras.Input(shape, dtype=x.dtype.name)), loops


def random_layer(rng, sequences, may_unroll):
    """One layer or wrapper, and how many loops over time it has."""
    settings = {
        "return_sequences": sequences,
        "go_backwards": bool(rng.random() < 0.2),
        "unroll": may_unroll and bool(rng.random() < 0.2),
        "zero_output_for_mask": bool(rng.random() < 0.2),
    }
    kind = rng.choice(
        ["layer", "cell", "cells", "bidirectional", "nested"], p=[0.5, 0.1, 0.1, 0.2, 0.1]
    )
    if kind == "cell":
        return layers.RNN(_random_cell(rng), **settings), 1
    if kind == "cells":
        cells = [_random_cell(rng) for _ in range(int(rng.integers(2, 4)))]
        return layers.RNN(cells, **settings), len(cells)
    if kind == "bidirectional":
        settings["go_backwards"] = False
        mode = str(rng.choice(["concat", "sum", "mul", "ave"]))
        return layers.Bidirectional(_named_layer(rng, settings), merge_mode=mode), 2
    if kind == "nested":
        inner, loops = random_layer(rng, True, may_unroll)
        last, more = random_layer(rng, sequences, may_unroll)
        return keras.Sequential([inner, last]), loops + more
    return _named_layer(rng, settings), 1


def _named_layer(rng, settings):
    name = str(rng.choice([*CELLS]))
    settings = settings | {"use_bias": bool(rng.random() < 0.8)}
    if rng.random() < 0.3:
        settings["activation"] = str(rng.choice(ACTIVATIONS))
    if name != "simple_rnn" and rng.random() < 0.3:
        settings["recurrent_activation"] = str(rng.choice(ACTIVATIONS))
    if name == "gru":
        settings["reset_after"] = bool(rng.random() < 0.7)
    if rng.random() < 0.2:
        settings |= {"dropout": 0.5, "recurrent_dropout": 0.3}
    return CELLS[name](int(rng.integers(1, 6)), **settings)


def _random_cell(rng):
    cell = [*CELL_LAYERS, LeakyCell][int(rng.integers(4))]
    return cell(int(rng.integers(1, 5)))


def _unrolls(layer):
    if isinstance(layer, keras.Sequential):
        return any(map(_unrolls, layer.layers))
    if isinstance(layer, layers.Bidirectional):
        return layer.forward_layer.unroll
    return isinstance(layer, layers.RNN) and layer.unroll


def _assemble(rng, stack, inputs):
    kind = rng.choice(["sequential", "functional", "subclassed"])
    if kind == "sequential":
        return keras.Sequential([inputs, *stack])
    if kind == "subclassed":
        return Subclassed(stack)
    outputs = inputs
    for layer in stack:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


def scramble(model, rng):
    """Weights that are all different from 0, and not small."""
    model.set_weights([rng.normal(0, 0.6, w.shape).astype(w.dtype) for w in model.get_weights()])


def labels(model, x, rng):
    return rng.normal(size=np.shape(model(x))).astype("float32")
