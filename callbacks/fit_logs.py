"""Loss and metrics beside what is measured: what `fit` reports, each value once."""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_rnn_study.event_log.quantities import QUANTITIES
from keras_rnn_study.event_log.tags import tag

if TYPE_CHECKING:
    from keras_rnn_study.event_log.log import EventLog


class FitLogs(NamedTuple):
    """What Keras reports at one moment of a training.

    Attributes:
        values: Numbers by name, as `on_epoch_end` and `on_train_batch_end` are given them.
        training: `params`, of which Keras hands the same to all callbacks of one training.
        steps: Training steps of it so far, as `Schedule` counts them.
    """

    values: Mapping[str, Any] | None
    training: object
    steps: int


class _Written(NamedTuple):
    training: object
    steps: int
    names: set[str]


_last: "weakref.WeakKeyDictionary[EventLog, _Written]" = weakref.WeakKeyDictionary()


def write_fit_logs(log: "EventLog", logs: FitLogs, step: int) -> None:
    """Write what Keras reports, but for what another callback wrote at the same moment.

    Whoever comes first writes; who comes later adds what callbacks in between put into `logs`.
    What this package put there is left out: it has tags of its own.

    Args:
        log: Shared by all callbacks of a training that have the same `log_dir`.
        logs: What Keras reports.
        step: The optimizer's iteration.
    """
    before = _last.get(log)
    is_same = before and before.training is logs.training and before.steps == logs.steps
    names = before.names if before and is_same else set()
    for name, value in (logs.values or {}).items():
        if name not in names and _is_of_keras(name) and _is_number(value):
            log.add(tag("fit", name), float(value), step)
            names.add(name)
    _last[log] = _Written(logs.training, logs.steps, names)


def _is_of_keras(name: str) -> bool:
    quantity, slash, _ = name.partition("/")
    return bool(name.strip("/")) and not (slash and quantity in QUANTITIES)


def _is_number(value: Any) -> bool:
    array = np.asarray(value)
    return array.ndim == 0 and array.dtype.kind in "biuf"
