"""One training run: what is trained on what.

Importing this imports no TensorFlow, so that a list of runs is made, checked and shown at once.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.task import Task
from keras_rnn_study.runs import ranges
from keras_rnn_study.runs.optimizers import build_optimizer, check_optimizer, option_pairs
from keras_rnn_study.runs.starts import check_start

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

STEPS_PER_EPOCH = 40


@dataclasses.dataclass(frozen=True)
class Run:
    """What is trained, and how.

    Attributes:
        task: Name of the task.
        cell: "simple_rnn", "lstm" or "gru".
        gap: Steps between the evidence and the answer; `None` for a variant that takes a length.
        length: Length of the sequences, for a variant that takes it instead.
        variant: Which of the task's definitions; `None` for the default one.
        init: How the recurrent layers start; see `build_model`.
        forget_bias: What an LSTM's forget gate's bias starts at; `None`: as `init` says.
        input_bias: The same for its input gate.
        units: Units of each recurrent layer.
        layers: Number of recurrent layers.
        steps: Training steps.
        batch_size: Samples in a training step, fresh ones each.
        optimizer: Keras' name of the optimizer, such as "adam", "sgd" or "rmsprop".
        learning_rate: Of the optimizer.
        optimizer_options: Other arguments of the optimizer, pairs of name and value, such as
            `(("clipnorm", 1.0),)`; kept in the order of their names.
        seed: Of the weights and the data.

    Raises:
        ValueError: A value that no training can have, or two that do not go together; numbers
            are held against `keras_rnn_study.runs.ranges.RANGES`.

    Example:
        >>> from keras_rnn_study.runs import Run
        >>> run = Run("recall", "lstm", gap=50, init="chrono")
        >>> run.label, run.size, run.memory
        ('lstm (chrono)', 50, 'c')
    """

    task: str
    cell: str
    gap: int | None = None
    length: int | None = None
    variant: str | None = None
    init: str = "keras"
    forget_bias: float | None = None
    input_bias: float | None = None
    units: int = ranges.UNITS
    layers: int = ranges.LAYERS
    steps: int = ranges.STEPS
    batch_size: int = ranges.BATCH_SIZE
    optimizer: str = "adam"
    learning_rate: float = ranges.LEARNING_RATE
    optimizer_options: tuple[tuple[str, object], ...] = ()
    seed: int = ranges.SEED

    def __post_init__(self) -> None:
        for name in ranges.RANGES:
            self._set(name, ranges.check(name, getattr(self, name)))
        biases = {"forget_bias": self.forget_bias, "input_bias": self.input_bias}
        check_start(self.cell, self.init, **biases)
        given = check_optimizer(self.optimizer, option_pairs(self.optimizer_options))
        self._set("optimizer_options", tuple(given.items()))
        self.facts.size(gap=self.gap, length=self.length)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # frozen, but for its own constructor

    @property
    def label(self) -> str:
        """The cell, and how it starts if that is not Keras' default: `"lstm (chrono)"`."""
        start = [] if self.init == "keras" else [self.init]
        if self.forget_bias is not None:
            start.append(f"forget bias {self.forget_bias:g}")
        if self.input_bias is not None:
            start.append(f"input bias {self.input_bias:g}")
        return f"{self.cell} ({', '.join(start)})" if start else self.cell

    @property
    def facts(self) -> Task:
        """The `Task`, or its variant."""
        task: Task = catalog.get(self.task).TASK
        return task if self.variant is None else task.of(self.variant)

    @property
    def size(self) -> int:
        """The gap, or the length where the variant takes that."""
        return self.facts.size(gap=self.gap, length=self.length)

    @property
    def memory(self) -> str:
        """Which state carries the past: an LSTM's "c", else "h"."""
        return "c" if self.cell == "lstm" else "h"

    @property
    def data_options(self) -> dict[str, Any]:
        """What the task's functions are told: the gap, or variant and length."""
        options = {"gap": self.gap, "length": self.length, "variant": self.variant}
        return {name: value for name, value in options.items() if value is not None}

    def samples(self, num_samples: int) -> tuple[np.ndarray, np.ndarray]:
        """Make training samples, `x` and `y`.

        Raises:
            ValueError: The task's data has no such gap.
        """
        module = catalog.get(self.task)
        x, y = module.make(num_samples, **self.data_options, seed=self.seed)
        return x, y

    def stream(self) -> "tf.data.Dataset":
        """Make an endless dataset of fresh batches."""
        module = catalog.get(self.task)
        return module.stream(self.batch_size, seed=self.seed, **self.data_options)

    def held_out(self, num_samples: int) -> tuple[np.ndarray, np.ndarray]:
        """Make samples that training never sees, `x` and `y`; the same ones each time."""
        module = catalog.get(self.task)
        _, (x, y) = module.load_data(
            num_train=1, num_test=num_samples, seed=self.seed, **self.data_options
        )
        return x, y

    def build(self) -> "keras.Model":
        """Build the compiled model.

        Raises:
            ValueError: The task's data has no such gap.
        """
        from keras_rnn_study.runs.models import build_model

        self.samples(1)
        return build_model(
            self.facts,
            self.cell,
            units=self.units,
            layers=self.layers,
            init=self.init,
            gap=self.size,
            forget_bias=self.forget_bias,
            input_bias=self.input_bias,
            optimizer=build_optimizer(
                self.optimizer, learning_rate=self.learning_rate, **dict(self.optimizer_options)
            ),
            seed=self.seed,
        )
