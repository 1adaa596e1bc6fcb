"""Other ways to the same: gradients recomputed in a callback, and PyTorch.

    python benchmarks/peers.py --output benchmarks/results/peers.json

- *recomputed*: `fit` with a callback that differentiates the batch once more after each step, as
  most people write it, over bare `fit`; beside it the same with `GradientNorms`;
- *per-step gradients*: in PyTorch the loop must be written out over a cell, with `retain_grad` on
  each h_t; forward and backward pass of one batch so, over a training step of PyTorch's own layer.
  Beside it `trace` over a training step of Keras, and `trace` over PyTorch's way;
- *bare training*: Keras' own loop and `fused(model)` over PyTorch's own layer, which is fused;
  and like with like: `train_step` without `fit` over PyTorch's loop written by hand, and `fit`
  over one with a `DataLoader` and a running loss.

On a CPU, PyTorch runs with one thread and with all, and the faster of the two counts. What PyTorch
is needed for is left out where it is not installed.
"""

import importlib.util
import itertools

import keras
import numpy as np
import tensorflow as tf
from helpers.models import (
    LAYERS,
    QUICK_SIZES,
    SIZES,
    STEPS,
    bare_steps,
    batches,
    build,
    fit,
    samples,
)
from helpers.pairs import geometric_mean, over, quartiles, rounds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused, trace
from keras_rnn_study.callbacks import GradientNorms

PYTORCH = importlib.util.find_spec("torch") is not None
RECORDED = ("simple_rnn", "lstm")


class Recompute(keras.callbacks.Callback):
    """The norm of each weight's gradient, as most people write it; compiled, which is kind."""

    def __init__(self, x, y):
        super().__init__()
        self._x, self._y, self.norms = tf.constant(x), tf.constant(y), []
        self._compiled = tf.function(self._gradient_norms)

    def _gradient_norms(self):
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(self._x, self._y, self.model(self._x, training=True))
        gradients = tape.gradient(loss, self.model.trainable_variables)
        return tf.stack([tf.norm(gradient) for gradient in gradients])

    def on_train_batch_end(self, batch, logs=None):
        """Once more through the model."""
        self.norms.append(self._compiled().numpy())


def recomputed(cell, size, pairs):
    data, batch = batches(size), samples(size)
    models = {name: build(cell, size) for name in ("bare", "norms", "recomputed")}
    callbacks = {"bare": [], "norms": [GradientNorms()], "recomputed": [Recompute(*batch)]}
    taken = rounds({n: lambda n=n: fit(models[n], data, *callbacks[n]) for n in models}, pairs)
    return {
        "norms over bare": over(taken["norms"], taken["bare"]),
        "recomputed over bare": over(taken["recomputed"], taken["bare"]),
    }


def step_gradients(cell, size, pairs):
    from helpers import torch_twins

    model, batch = build(cell, size), samples(size)
    training = torch_twins.Training(cell, size, *batch)
    unrolled = torch_twins.Unrolled(cell, size).to(torch_twins.DEVICE)
    tensors = torch_twins.tensors(*batch)
    sides = {
        "trace": lambda: trace(model, *batch),
        "step": lambda: model.train_on_batch(*batch),
        **torch_twins.threaded("unrolled", lambda: unrolled.step_gradients(*tensors)),
        **torch_twins.threaded("torch", lambda: training.steps(1)),
    }
    taken = rounds(sides, pairs)
    _, by_torch = fastest(taken, "unrolled")
    return {
        "trace over step": over(taken["trace"], taken["step"]),
        "unrolled over torch step": over(by_torch, fastest(taken, "torch")[1]),
        "trace over unrolled": over(taken["trace"], by_torch),
    }


def bare_training(cell, size, pairs, steps=STEPS):
    from helpers import torch_twins

    data, training = batches(size, steps), torch_twins.Training(cell, size, *samples(size, steps))
    standard, swapped = build(cell, size), build(cell, size)
    fused(swapped)
    sides = {
        "keras": lambda: fit(standard, data),
        "fused": lambda: fit(swapped, data),
        "bare": bare_steps(swapped, data),
        **torch_twins.threaded("torch", lambda: training.steps(steps)),
        **torch_twins.threaded("loader", training.epoch),
    }
    taken = rounds(sides, pairs)
    threads, by_torch = fastest(taken, "torch")
    _, by_loader = fastest(taken, "loader")
    return {
        "torch step, ms": quartiles(np.divide(by_torch, steps / 1e3)),
        "torch threads": threads,
        "keras over torch": over(taken["keras"], by_torch),
        "fused over torch": over(taken["fused"], by_torch),
        "fused over keras": over(taken["fused"], taken["keras"]),
        "bare over torch": over(taken["bare"], by_torch),
        "fit over torch with a loader": over(taken["fused"], by_loader),
    }


def fastest(taken, name):
    """(threads, seconds) of the number of threads with which it took least."""
    runs = {key[1]: seconds for key, seconds in taken.items() if key[0] == name}
    return min(runs.items(), key=lambda run: np.median(run[1]))


def measure(cell, size, pairs):
    figures = recomputed(cell, size, pairs) if cell in RECORDED else {}
    if PYTORCH:
        figures |= step_gradients(cell, size, pairs) if cell in RECORDED else {}
        figures |= bare_training(cell, size, pairs)
    return figures


def means(figures, cell):
    """Geometric means over the sizes of what is compared with PyTorch."""
    of_cell = [f for name, f in figures.items() if name.startswith(f"{cell} ")]
    return {
        what: round(geometric_mean([f[what][1] for f in of_cell]), 3)
        for what in ("bare over torch", "fit over torch with a loader", "fused over keras")
        if of_cell and all(what in f for f in of_cell)
    }


def main():
    arguments = parser(__doc__, pairs=21).parse_args()
    result = ResultFile(arguments, pairs=arguments.pairs, steps=STEPS)
    sizes = QUICK_SIZES if arguments.quick else SIZES
    for cell, size in itertools.product(LAYERS, sizes):
        if result.wants(name := f"{cell} {size}"):
            result.add(name, measure(cell, size, arguments.pairs))
    for cell in LAYERS:
        print(f"{cell:32}geometric means: {means(result.content['figures'], cell)}")


if __name__ == "__main__":
    main()
