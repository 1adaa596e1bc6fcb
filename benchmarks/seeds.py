"""Ten networks that differ in seed only, trained together as one model, over one alone.

    python benchmarks/seeds.py --output benchmarks/results/seeds.json

Two ways: each network's own fused loop, all in one graph; and one more axis, every product a
batched one, in one loop that XLA compiles. Two processes that take the networks in turn need about
5.4 times the time of one (see scaling.py), so together has to be below that to be worth anything.
"""

import keras
import numpy as np
import tensorflow as tf
from helpers.models import STEPS, batches, build, fit, samples, untuned
from helpers.pairs import over, quartiles, rounds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused
from keras_rnn_study.cells.loops import scan

SIZE, SEEDS = (64, 50, 2, 32), 10


class Beside(keras.Model):
    """Networks beside each other: (batch, seeds, time, features) to (batch, seeds)."""

    def __init__(self, members):
        super().__init__()
        self.members = members

    def call(self, x):
        """Each on its own inputs."""
        return tf.concat([member(x[:, at]) for at, member in enumerate(self.members)], 1)


def sum_of_losses(y, predicted):
    """The mean squared errors of all seeds, added up: the gradient of each is its own."""
    return tf.reduce_sum(tf.square(y - predicted), -1)


class Stacked(keras.layers.Layer):
    """The same with one more axis: kernels (seeds, rows, gates * units), one loop for all."""

    def __init__(self, cell):
        super().__init__()
        self._gates = 4 if cell == "lstm" else 1

    def build(self, shape):
        """One kernel of each kind for all seeds."""
        *_, units = SIZE
        columns = self._gates * units
        for name, rows in (("inner", shape[-1]), ("recurrent", units), ("bias", 1)):
            setattr(self, name, self.add_weight((SEEDS, rows, columns), name=name))
        self.answer = self.add_weight((SEEDS, units, 1), name="answer")

    def call(self, x):
        """(batch, seeds, time, features) to (batch, seeds)."""
        batch, _, time, features = x.shape
        z = tf.transpose(x, [1, 2, 0, 3])  # (seeds, time, batch, features)
        z = tf.reshape(z, [SEEDS, time * batch, features]) @ self.inner + self.bias
        z = tf.transpose(tf.reshape(z, [SEEDS, time, batch, z.shape[-1]]), [1, 0, 2, 3])
        zeros = tf.zeros([SEEDS, batch, self.recurrent.shape[1]])
        (h, _), _ = scan(self._step, [zeros, zeros], [z])
        return tf.transpose((h @ self.answer)[..., 0])

    def _step(self, carry, slices):
        h, c = carry
        z = slices[0] + h @ self.recurrent
        if self._gates == 1:
            return [tf.tanh(z), c], []
        i, f, g, o = tf.split(z, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return [tf.sigmoid(o) * tf.tanh(c), c], []


def alone(cell):
    model = build(cell, SIZE)
    fused(model)
    return model


def beside(cell):
    model = Beside([alone(cell) for _ in range(SEEDS)])
    model.compile("adam", loss=sum_of_losses)
    return model


def stacked(cell):
    batch, time, features, _ = SIZE
    inputs = keras.Input((SEEDS, time, features), batch_size=batch)
    model = keras.Model(inputs, Stacked(cell)(inputs))
    model.compile("adam", loss=sum_of_losses, jit_compile=True)
    return model


def measure(cell, pairs):
    x, y = samples(SIZE, STEPS)
    of_all = np.stack([x] * SEEDS, 1), np.repeat(y, SEEDS, 1)
    data = tf.data.Dataset.from_tensor_slices(of_all).batch(SIZE[0], drop_remainder=True)
    one, of_one, of_all = alone(cell), batches(SIZE), untuned(data.cache())
    graph, axis = beside(cell), stacked(cell)
    sides = {
        "one": lambda: fit(one, of_one),
        "graph": lambda: fit(graph, of_all),
        "axis": lambda: fit(axis, of_all),
    }
    taken = rounds(sides, pairs, at_most=40)
    return {
        "one alone, ms a step": quartiles(np.divide(taken["one"], STEPS / 1e3)),
        "ten in one graph, over one": over(taken["graph"], taken["one"]),
        "ten along an axis, over one": over(taken["axis"], taken["one"]),
    }


def main():
    arguments = parser(__doc__, pairs=9).parse_args()
    result = ResultFile(arguments, seeds=SEEDS, size=SIZE)
    for cell in ("simple_rnn", "lstm"):
        if result.wants(cell):
            result.add(f"{cell} {SIZE}", measure(cell, 1 if arguments.quick else arguments.pairs))


if __name__ == "__main__":
    main()
