"""Training a run: the one way in which the command line, studies and claims do it."""

import math
from collections.abc import Sequence

import keras

from keras_rnn_study.callbacks.schedule import steps_ended
from keras_rnn_study.runs.run import STEPS_PER_EPOCH, Run


def train(
    run: Run,
    model: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    steps_per_epoch: int = STEPS_PER_EPOCH,
) -> keras.callbacks.History:
    """Train a model on fresh batches of a run's task, for exactly the run's steps.

    The same run gives the same numbers, whatever was trained before.

    Args:
        run: The `Run`.
        model: What `run.build()` returned, or one like it; its weights change.
        callbacks: Keras callbacks.
        steps_per_epoch: How often callbacks hear of the end of an epoch, whose loss is the mean of
            its steps; the last epoch may be shorter. Both it and the run's steps must be multiples
            of the model's `steps_per_execution`.

    Returns:
        What `model.fit` returns.

    Example:
        >>> from keras_rnn_study.runs import Run, train
        >>> run = Run("recall", "lstm", gap=3, units=4, steps=5)
        >>> len(train(run, run.build(), steps_per_epoch=2).history["loss"])
        3
    """
    keras.utils.set_random_seed(run.seed)
    return model.fit(
        run.stream(),
        steps_per_epoch=steps_per_epoch,
        epochs=math.ceil(run.steps / steps_per_epoch),
        shuffle=False,  # the stream is random already
        verbose=0,
        callbacks=[*callbacks, _LastStep(run.steps)],
    )


class _LastStep(keras.callbacks.Callback):
    """Ends training after so many steps, also within an epoch."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._steps, self._before = steps, 0  # before this epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._before + steps_ended(self.model, batch) == self._steps:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._before += self.params["steps"]
