"""What every task module promises: six names with the same meaning, so that tasks swap.

`TaskModule` says it once, for readers, editors and `catalog.get`. What a task's own functions do
not say about their arguments is added to their docstrings from here.
"""

import inspect
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import numpy as np

from keras_rnn_study.datasets.task import Task

if TYPE_CHECKING:
    import tensorflow as tf

Samples = tuple[np.ndarray, np.ndarray]
"""`(x, y)`: inputs and answers, as the task's `make` describes them."""

Stream: TypeAlias = "tf.data.Dataset"
"""Endless batches. Where Keras runs on another backend than TensorFlow it is a generator of them;
editors know the kind that nearly all have, so that they offer `take`.
"""

Option = int | str | os.PathLike[str] | None
"""What a task takes beside the numbers that all take: gap or length, a variant, a text."""

_Function = TypeVar("_Function", bound=Callable[..., object])


class TaskModule(Protocol):
    """The six names of a task module. A module has them as functions, without a `self`."""

    TASK: Task

    def load_data(
        self,
        gap: Option = None,
        *,
        num_train: int = 4096,
        num_test: int = 1024,
        seed: int = 0,
        **options: Option,
    ) -> tuple[Samples, Samples]:
        """Load a training set and a test set.

        Args:
            num_train: Number of training samples.
            num_test: Number of test samples.
            seed: The same seed gives the same bytes.
            gap, ...: As for `make`, like all others.

        Returns:
            `(x_train, y_train), (x_test, y_test)`, each as `make` describes them.

        Raises:
            ValueError, ...: As for `make`.
        """

    def make(self, num_samples: int, *, seed: int, **options: Option) -> Samples:
        """Make samples: a pure function of its arguments."""

    def evidence(self, x: np.ndarray) -> np.ndarray:
        """Find the steps that decide the answer.

        Args:
            x: Inputs of this task, `(batch, time)` or `(batch, time, features)`.

        Returns:
            Booleans, `(batch, time)`.

        Raises:
            ValueError: `x` has not the form of this task's inputs.
        """

    def stream(self, batch_size: int, *, seed: int, start: int = 0, **options: Option) -> Stream:
        """Stream fresh batches without end, from the part of the task that training may see.

        Batch number i is a pure function of the other arguments and i: streams can be compared,
        and a run that was broken off after n batches goes on with `start=n`.

        Args:
            batch_size: Number of samples in a batch.
            seed: The same seed gives the same batches.
            start: Number of the first batch.
            gap, ...: As for `make`, like all others.

        Returns:
            A `tf.data.Dataset` of `(x, y)` as `make` describes them; a generator of them where
            Keras runs on another backend than TensorFlow. It has no end, so `fit` needs
            `steps_per_epoch`.

        Raises:
            ValueError, ...: As for `make`.
        """

    def tokens(self, x: np.ndarray) -> list[list[str]]:
        """Say what stands at each step, for people.

        Args:
            x: Inputs of this task, `(batch, time)` or `(batch, time, features)`.

        Returns:
            One list per sample with one str per step: "" where the sample is padded.

        Raises:
            ValueError: `x` has not the form of this task's inputs.
        """


def documented(function: _Function) -> _Function:
    """Add to the docstring of a task's function what all functions of that name promise.

    The first paragraph and the example are the task's own; what stands here between them, above
    all `Args` and `Returns`, is the same for all tasks and need not stand in every module.
    """
    head, mark, example = inspect.cleandoc(function.__doc__ or "").partition("\n\nExample:")
    promise = inspect.cleandoc(getattr(TaskModule, function.__name__).__doc__)
    _, shared = promise.split("\n\n", 1)
    function.__doc__ = f"{head}\n\n{shared}{mark}{example}\n"
    return function
