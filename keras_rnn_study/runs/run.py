"""One training run: what is trained on what, and how it went.

Importing this imports no TensorFlow, so that a list of runs is made, checked and shown at once.
"""

import dataclasses
import math

from keras_rnn_study.datasets import catalog

STEPS_PER_EPOCH = 40

VERDICTS = ("learned", "in part", "at chance", "diverged", "failed")

STARTS = {
    "simple_rnn": ("keras", "glorot", "identity"),
    "lstm": ("keras", "glorot", "chrono"),
    "gru": ("keras", "glorot", "chrono"),
}
"""The cells, and the ways in which each can start; see `build_model`."""


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
        units: Units of each recurrent layer.
        layers: Number of recurrent layers.
        steps: Training steps; rounded up to whole epochs of 40.
        batch_size: Samples in a training step, fresh ones each.
        optimizer: Keras' name of the optimizer, such as "adam", "sgd" or "rmsprop".
        learning_rate: Of the optimizer.
        optimizer_options: Other arguments of the optimizer, pairs of name and value, such as
            `(("clipnorm", 1.0),)`.
        seed: Of the weights and the data.

    Example:

    >>> from keras_rnn_study.runs.run import Run
    >>> run = Run("recall", "lstm", gap=50, init="chrono")
    >>> run.label, run.size, run.epochs
    ('lstm (chrono)', 50, 10)
    """

    task: str
    cell: str
    gap: int | None = None
    length: int | None = None
    variant: str | None = None
    init: str = "keras"
    forget_bias: float | None = None
    units: int = 32
    layers: int = 1
    steps: int = 400
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 3e-3
    optimizer_options: tuple = ()
    seed: int = 0

    @property
    def label(self):
        """The cell, and how it starts if that is not Keras' default: `"lstm (chrono)"`."""
        start = [] if self.init == "keras" else [self.init]
        if self.forget_bias is not None:
            start.append(f"forget bias {self.forget_bias:g}")
        return f"{self.cell} ({', '.join(start)})" if start else self.cell

    @property
    def facts(self):
        """The `Task`, or its variant."""
        task = catalog.get(self.task).TASK
        return task if self.variant is None else task.of(self.variant)

    @property
    def size(self):
        """The gap, or the length where the variant takes that."""
        return self.facts.size(gap=self.gap, length=self.length)

    @property
    def data_options(self):
        """What the task's functions are told: the gap, or variant and length."""
        options = {"gap": self.gap, "length": self.length, "variant": self.variant}
        return {name: value for name, value in options.items() if value is not None}

    @property
    def epochs(self):
        """Epochs of 40 steps."""
        return -(-self.steps // STEPS_PER_EPOCH)

    def build(self):
        """The compiled model.

        Raises:
            ValueError: as `build_model`, or the task cannot make that gap, or Keras has no such
                optimizer, or that one has no such option.
        """
        from keras_rnn_study.runs.models import build_model, build_optimizer

        size = self.size
        catalog.get(self.task).make(1, **self.data_options, seed=self.seed)
        return build_model(
            self.facts,
            self.cell,
            units=self.units,
            layers=self.layers,
            init=self.init,
            gap=size,
            forget_bias=self.forget_bias,
            optimizer=build_optimizer(
                self.optimizer, learning_rate=self.learning_rate, **dict(self.optimizer_options)
            ),
            seed=self.seed,
        )


def verdict(task, score, standard_error):
    """How a training went.

    Args:
        task: `Task`.
        score: Mean over held-out samples of what the task's `metric` says.
        standard_error: Of the score.

    Returns:
        `"learned"`: the task's success test holds; `"diverged"`: the score is no number;
        `"in part"`: not learned, but better than guessing by five standard errors; else
        `"at chance"`.

    Example:

    >>> from keras_rnn_study.datasets import recall
    >>> verdict(recall.TASK, 0.5, 0.01), verdict(recall.TASK, 0.13, 0.01)
    ('in part', 'at chance')
    """
    if math.isnan(score):
        return "diverged"
    if task.is_solved(score):
        return "learned"
    better = score - task.chance
    if task.metric != "accuracy":
        better = -better
    return "in part" if better > 5 * standard_error else "at chance"
