"""The list of the tasks."""

import importlib
from typing import cast

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.datasets.contract import TaskModule

TASK_NAMES = (
    "adding",
    "agreement",
    "brackets",
    "copy_memory",
    "digits",
    "language",
    "latch",
    "multiplication",
    "noise_free_lag",
    "reber",
    "recall",
    "speech",
    "temporal_order",
)
"""The task modules of this package."""


def get(name: str) -> TaskModule:
    """Find a task's module, with its six names, by the task's name.

    Args:
        name: One of `TASK_NAMES`.

    Raises:
        ValueError: There is no such task; the message names the nearest one.

    Example:
        >>> from keras_rnn_study.datasets import catalog
        >>> catalog.get("recall").TASK.chance
        0.125
    """
    check_choice("task", name, TASK_NAMES)
    return cast(TaskModule, importlib.import_module(f"{__package__}.{name}"))
