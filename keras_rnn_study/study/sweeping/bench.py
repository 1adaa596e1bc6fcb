"""A worker's bench: one compiled model for all runs that differ only in what variables hold."""

import dataclasses

import numpy as np

from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.fusion import fused


class Bench:
    """A compiled model that runs are put on, one after the other.

    Compiling the training step, the trace and the prediction takes as long as many training steps.
    Runs with other seeds, learning rates or ways to start need nothing compiled anew.

    Args:
        run: The first run.
        loop: "fused" or "keras", as in `Protocol`.

    Attributes:
        model: The model.
        norms: `GradientNorms` of the model. One for all runs, as it is compiled into the step.
    """

    def __init__(self, run, loop):
        self.model = run.build()
        self.norms = GradientNorms()
        self._serves = _compiled_for(run, loop)
        self._run = run
        optimizer = self.model.optimizer
        optimizer.build(self.model.trainable_variables)
        self._unused = [variable.numpy() for variable in optimizer.variables]
        if loop == "fused":
            fused(self.model)

    def serves(self, run, loop):
        """Whether a run can be put on this bench."""
        return self._serves == _compiled_for(run, loop)

    def put(self, run):
        """Brings model and optimizer to where `run.build()` has them."""
        if run != self._run:
            self.model.set_weights(run.build().get_weights())
        optimizer = self.model.optimizer
        for variable, value in zip(optimizer.variables, self._unused, strict=True):
            variable.assign(value)
        optimizer.learning_rate = run.learning_rate
        self._run = None  # a run that is put here again finds trained weights

    def predict(self, x, batch_size):
        """What the model says, in batches that are all of one size, so that one is compiled."""
        predictions = []
        for start in range(0, len(x), batch_size):
            rows = np.arange(start, start + batch_size) % len(x)
            predictions.append(self.model.predict_on_batch(x[rows]))
        return np.concatenate(predictions)[: len(x)]

    def gradient_norms(self):
        """Norms of the last run's training steps, (steps,)."""
        history = self.norms.history
        begins = np.flatnonzero(history["step"] == 0)
        return history["gradient_norm/global"][begins[-1] :] if len(begins) else np.empty(0)


def _compiled_for(run, loop):
    """All of a run that is compiled in: not its seed, learning rate, steps and starting weights."""
    relu = run.init == "identity"
    start = {"init": "identity" if relu else "keras", "forget_bias": None, "input_bias": None}
    return loop, dataclasses.replace(run, seed=0, learning_rate=1.0, steps=1, **start)
