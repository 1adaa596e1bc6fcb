"""A worker's bench: one compiled model for all runs that differ only in what variables hold."""

import dataclasses
import math
from typing import Any

import keras
import numpy as np

from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.fusion import fused
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.protocol import Protocol


class Bench:
    """A compiled model that runs are put on, one after the other.

    Compiling the training step, the trace and the prediction takes as long as many training steps.
    Runs with other seeds, learning rates or ways to start need nothing compiled anew.

    Keras runs all steps up to the next check in one call where the run's steps allow it, as what it
    does between two is a fifth to a third of a small network's step; the numbers are the same.

    Args:
        run: The first run.
        protocol: `Protocol`, of which the loop and how often it checks matter here.

    Attributes:
        model: The model.
        norms: `GradientNorms` of the model. One for all runs, as it is compiled into the step.
    """

    def __init__(self, run: Run, protocol: Protocol) -> None:
        self.model: keras.Model = run.build()
        self.model.steps_per_execution = _steps_in_one_call(run, protocol)
        self.norms = GradientNorms()
        self._serves = _compiled_for(run, protocol)
        self._run: Run | None = run
        optimizer = self.model.optimizer
        optimizer.build(self.model.trainable_variables)
        self._unused = [variable.numpy() for variable in optimizer.variables]
        if protocol.loop == "fused":
            fused(self.model)

    def serves(self, run: Run, protocol: Protocol) -> bool:
        """Tell whether a run can be put on this bench."""
        return self._serves == _compiled_for(run, protocol)

    def put(self, run: Run) -> None:
        """Bring model and optimizer to where `run.build()` has them."""
        if run != self._run:
            self.model.set_weights(run.build().get_weights())
        optimizer = self.model.optimizer
        for variable, value in zip(optimizer.variables, self._unused, strict=True):
            variable.assign(value)
        optimizer.learning_rate = run.learning_rate
        self._run = None  # a run that is put here again finds trained weights

    def predict(self, x: np.ndarray, batch_size: int) -> np.ndarray:
        """Return what the model says, in batches of one size, so that one is compiled."""
        predictions = []
        for start in range(0, len(x), batch_size):
            rows = np.arange(start, start + batch_size) % len(x)
            predictions.append(self.model.predict_on_batch(x[rows]))
        return np.concatenate(predictions)[: len(x)]

    def gradient_norms(self) -> np.ndarray:
        """Return norms of the last run's training steps, (steps,)."""
        history = self.norms.history
        begins = np.flatnonzero(history["step"] == 0)
        return history["gradient_norm/global"][begins[-1] :] if len(begins) else np.empty(0)


def _steps_in_one_call(run: Run, protocol: Protocol) -> int:
    """Return how many: the last check may come after fewer steps than the others."""
    return math.gcd(run.steps, protocol.check_every)


def _compiled_for(run: Run, protocol: Protocol) -> tuple[str, int, Run]:
    """Return what is compiled in: not seed, learning rate and starting weights."""
    relu = run.init == "identity"
    start: dict[str, Any] = {
        "init": "identity" if relu else "keras",
        "forget_bias": None,
        "input_bias": None,
    }
    alike = dataclasses.replace(run, seed=0, learning_rate=1.0, steps=1, **start)
    return protocol.loop, _steps_in_one_call(run, protocol), alike
