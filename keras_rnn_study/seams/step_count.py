"""How many training steps a model has done, also when it was compiled anew in between."""

import keras


class StepCount:
    """Goes on where an optimizer's own count begins again, as after compiling for fine-tuning.

    Attributes:
        before: int, steps that were done before the present optimizer began to count.

    Example:

    >>> import keras
    >>> from keras_rnn_study.seams.step_count import StepCount
    >>> steps, weight = StepCount(), keras.Variable([1.0])
    >>> for optimizer in keras.optimizers.Adam(), keras.optimizers.SGD():
    ...     steps.follow(optimizer)
    ...     optimizer.apply([weight.value], [weight])
    >>> steps.now()
    2
    """

    def __init__(self) -> None:
        self.before = 0
        self._optimizer: keras.optimizers.Optimizer | None = None

    def follow(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Count by the iterations of this optimizer from here on."""
        if optimizer is self._optimizer:
            return
        if self._optimizer is not None:
            done = self.now()
            # An optimizer that comes with a count at least as high, as one that was restored from
            # a backup does, counts on by itself.
            self.before = done if _iterations(optimizer) < done else 0
        self._optimizer = optimizer

    def now(self) -> int:
        """Return the number of steps done; `follow` must have been called."""
        return self.before + _iterations(self._optimizer)


def _iterations(optimizer: keras.optimizers.Optimizer) -> int:
    return int(optimizer.iterations.numpy())
