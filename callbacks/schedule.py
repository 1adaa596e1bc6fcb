"""When to record: `update_freq`, as in `keras.callbacks.TensorBoard`."""

import numbers
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import keras

UpdateFreq = Literal["epoch", "batch"] | int


class Schedule:
    """Counts training steps and says when a record is due.

    Args:
        update_freq: `"epoch"`: at the end of each epoch; `"batch"`: after each batch; an int n:
            after each n batches.

    Attributes:
        every_epoch: bool, whether records are due at the end of each epoch only.
        steps: int, steps of this training so far.
        in_epoch: int, those of this epoch.
        calls: int, how often Keras said that a batch, or a group of them, has ended.

    Raises:
        ValueError: `update_freq` is something else.

    Example:

    >>> from keras_rnn_study.callbacks.schedule import Schedule
    >>> schedule = Schedule(2)
    >>> [schedule.batch_ended(batch) for batch in range(4)]
    [False, True, False, True]
    """

    def __init__(self, update_freq: UpdateFreq) -> None:
        self.every_epoch = isinstance(update_freq, str) and update_freq == "epoch"
        self._every = 0 if self.every_epoch else _batches(update_freq)
        self._epoch_length: int | None = None
        self.steps = self.in_epoch = self.calls = 0

    def epoch_began(self, length: int | None = None) -> None:
        """Count from the beginning of an epoch.

        Args:
            length: Number of its batches, where known. With `steps_per_execution` Keras counts the
                last group of an epoch as full.
        """
        self.in_epoch = 0
        self._epoch_length = length

    def batch_ended(self, batch: int, model: "keras.Model | None" = None) -> bool:
        """Count a batch (or group of them, with `steps_per_execution`).

        Args:
            batch: Index of the batch in its epoch, as callbacks are given it.
            model: Whose `fit` it is; `None`: a loop written by hand.

        Returns:
            Whether a record is due.
        """
        ended = steps_ended(model, batch)
        if self._epoch_length is not None:
            ended = max(self.in_epoch, min(ended, self._epoch_length))
        before = self.steps
        self.steps += ended - self.in_epoch
        self.in_epoch = ended
        self.calls += 1
        return not self.every_epoch and self.steps // self._every > before // self._every


def steps_ended(model: "keras.Model | None", batch: int) -> int:
    """Return how many steps of an epoch have ended at `on_train_batch_end(batch)`.

    With `steps_per_execution`, Keras 3.10 names the first step of the call there, later ones the
    last; all count the last call of an epoch as full. Without a model there is one step a batch.

    Example:

    >>> import keras
    >>> from keras_rnn_study.callbacks.schedule import steps_ended
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse", steps_per_execution=3)
    >>> steps_ended(model, 3), steps_ended(model, 5)
    (6, 6)
    """
    together = 1 if model is None else int(model.steps_per_execution)
    return batch - batch % together + together


def _batches(update_freq: Any) -> int:
    if isinstance(update_freq, str) and update_freq == "batch":
        return 1
    is_number = isinstance(update_freq, numbers.Integral) and not isinstance(update_freq, bool)
    if not is_number or update_freq < 1:
        raise ValueError(
            "update_freq must be 'epoch', 'batch' or a positive integer. "
            f"Received: update_freq={update_freq!r}."
        )
    return int(update_freq)
