"""What recording costs in the steady state of a training, and once at its beginning and end.

Trainings of several epochs run in turn, each with callbacks and an event file of its own. What
counts is the mean of the epochs between the first and the last, as an epoch with a drawing in it
is slower than the others; a recorded training is compared with the bare ones before and after it.
"""

import tempfile
import time
from typing import NamedTuple

import keras
import numpy as np

from helpers.models import fit
from helpers.pairs import over, quartiles

ENOUGH = 3  # rounds, after the time is up


class Times(NamedTuple):
    """Seconds of one training.

    Attributes:
        epoch: Of an epoch, mean over all but the first, when Keras builds its graph, and the last.
        begin: From the call of `fit` to the first epoch.
        end: From the last step to the return of `fit`.
    """

    epoch: float
    begin: float
    end: float


class Clock(keras.callbacks.Callback):
    """Notes when epochs begin; as the first callback, so that the work of others counts."""

    def __init__(self):
        super().__init__()
        self.epochs, self.last_step = [], None

    def on_epoch_begin(self, epoch, logs=None):
        """Before all other callbacks."""
        self.epochs.append(time.perf_counter())

    def on_train_batch_end(self, batch, logs=None):
        """The same."""
        self.last_step = time.perf_counter()


def train(model, data, epochs, callbacks=()):
    """Trains and says how long it took; at least three epochs."""
    clock, called = Clock(), time.perf_counter()
    fit(model, data, clock, *callbacks, epochs=epochs)
    returned = time.perf_counter()
    between = (clock.epochs[-1] - clock.epochs[1]) / (epochs - 2)
    return Times(between, clock.epochs[0] - called, returned - clock.last_step)


def compare(build, data, kinds, *, epochs=12, count=5, at_most=30):
    """Trains bare and with each kind of callbacks in turn.

    Args:
        build: `build() -> model`, called for each side.
        data: An epoch's batches.
        kinds: dict of name to function `(log_dir) -> list of callbacks`.
        epochs: Of each training.
        count: How many trainings of each kind.
        at_most: After so many seconds three of each are enough.

    Returns:
        dict of `"<kind>"`: quartiles of the ratio; `"<kind>, begin, ms"` and `"<kind>, end, ms"`:
        what recording adds once, quartiles.
    """
    models = {kind: build() for kind in ("bare", *kinds)}

    def run(kind, epochs=epochs):
        with tempfile.TemporaryDirectory() as logs:
            callbacks = [] if kind == "bare" else kinds[kind](logs)
            return train(models[kind], data, epochs, callbacks)

    for kind in models:
        run(kind, epochs=3)  # graphs are built and Matplotlib is imported
    bare, recorded, start = [run("bare")], {kind: [] for kind in kinds}, time.perf_counter()
    for index in range(count):
        for kind in kinds:
            recorded[kind].append(run(kind))
        bare.append(run("bare"))
        if index + 1 >= ENOUGH and time.perf_counter() - start > at_most:
            break
    bare = np.array(bare)
    around = Times(*((bare[:-1] + bare[1:]) / 2).T)
    figures = {}
    for kind, times in recorded.items():
        epoch, begin, end = np.array(times).T
        figures[kind] = over(epoch, around.epoch)
        figures[f"{kind}, begin, ms"] = quartiles(1e3 * (begin - around.begin))
        figures[f"{kind}, end, ms"] = quartiles(1e3 * (end - around.end))
    return figures
