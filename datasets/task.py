"""What a model and a report must know about a task, and the list of the tasks."""

import dataclasses
import difflib
import importlib
import types

TASK_NAMES = ("language", "recall")
"""The task modules of this package."""


@dataclasses.dataclass(frozen=True)
class Task:
    """The facts about one task that do not depend on the gap or on the data drawn.

    Inputs are either floats, `(batch, time, features)`, or integer tokens, `(batch, time)`, which
    a model must embed: those tasks have a `vocabulary_size`. The answer is one class, due at the
    last step.

    Attributes:
        name: The module's name.
        summary: One line: what the network is asked.
        example: One sample and its answer, as a person would write it.
        source: Where the task comes from.
        input_shape: Shape of one sample; `None` stands for time, which depends on the gap.
        input_dtype: The data type of `x`.
        num_classes: `y` is an integer from 0 to `num_classes - 1`.
        chance: The score of the best guess by someone who has not seen the evidence.
        success: The score on held-out data from which the task counts as learned.
        vocabulary_size: Tokens are integers from 0 to `vocabulary_size - 1`; `None` for floats.
        loss: The Keras loss that fits the answer.
        metric: The Keras metric that `chance` and `success` are values of.
    """

    name: str
    summary: str
    example: str
    source: str
    input_shape: tuple[int | None, ...]
    input_dtype: str
    num_classes: int
    chance: float
    success: float
    vocabulary_size: int | None = None
    loss: str = "sparse_categorical_crossentropy"
    metric: str = "accuracy"

    def is_solved(self, score: float) -> bool:
        """Say whether a model with this score on held-out data has learned the task."""
        return score >= self.success


def get(name: str) -> types.ModuleType:
    """Find a task's module, with its five names, by the task's name.

    Args:
        name: One of `TASK_NAMES`.

    Raises:
        ValueError: There is no such task; the message names the nearest one.

    Example:
        >>> from keras_rnn_study.datasets.task import get
        >>> get("recall").TASK.chance
        0.125
    """
    check_choice("task", name, TASK_NAMES)
    return importlib.import_module(f"{__package__}.{name}")


def check_choice(what: str, received: str, choices: tuple[str, ...]) -> None:
    """Raise a ValueError that names the nearest choice unless `received` is one of `choices`."""
    if received in choices:
        return
    nearest = difflib.get_close_matches(str(received), choices, n=1, cutoff=0.4)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(
        f"Unknown {what} {received!r}: expected one of {', '.join(map(repr, choices))}.{hint}"
    )
