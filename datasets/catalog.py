"""The list of the tasks."""

import importlib
import types

from keras_rnn_study.datasets.checks import check_choice

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


def get(name: str) -> types.ModuleType:
    """Find a task's module, with its five names, by the task's name.

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
    return importlib.import_module(f"{__package__}.{name}")
