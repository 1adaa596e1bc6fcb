"""When to record: `update_freq`, as in `keras.callbacks.TensorBoard`."""


class Schedule:
    """Counts training steps and says when a record is due.

    Args:
        update_freq: `"epoch"`: at the end of each epoch; `"batch"`: after each batch; an int n:
            after each n batches.

    Attributes:
        every_epoch: bool, whether records are due at the end of each epoch only.
        steps: int, steps of this training so far.
        in_epoch: int, those of this epoch.

    Raises:
        ValueError: `update_freq` is something else.

    Example:

    >>> from keras_rnn_study.callbacks.schedule import Schedule
    >>> schedule = Schedule(2)
    >>> [schedule.batch_ended(batch) for batch in range(4)]
    [False, True, False, True]
    """

    def __init__(self, update_freq):
        every = 1 if update_freq == "batch" else update_freq
        is_count = isinstance(every, int) and not isinstance(every, bool) and every >= 1
        if every != "epoch" and not is_count:
            raise ValueError(
                "update_freq must be 'epoch', 'batch' or a positive integer. "
                f"Received: update_freq={update_freq!r}."
            )
        self.every_epoch = every == "epoch"
        self._every = every
        self.steps = 0
        self.in_epoch = 0

    def epoch_began(self):
        """To be called at the beginning of each epoch."""
        self.in_epoch = 0

    def batch_ended(self, batch):
        """To be called after each batch (or group of them, with `steps_per_execution`).

        Args:
            batch: Index of the batch in its epoch, as callbacks are given it.

        Returns:
            bool: whether a record is due.
        """
        before = self.steps
        self.steps += batch + 1 - self.in_epoch
        self.in_epoch = batch + 1
        return not self.every_epoch and self.steps // self._every > before // self._every
