"""What a run is called, on disk and in TensorBoard."""

import dataclasses
import hashlib

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.grid import settings

_USUAL = {field.name: field.default for field in dataclasses.fields(Run)}
# File systems take 255 bytes; what is set aside gets a longer name.
_LONGEST = 230


def directory_name(run: Run) -> str:
    """Return what a run is called: all that is not usual about it.

    A name that would be too long for a file system ends in a number that no other run has.

    Example:

    >>> directory_name(Run("recall", "lstm", gap=100, init="chrono", units=64))
    'recall-lstm-chrono-gap-100-units-64-seed-0'
    """
    values = settings(run)
    parts = [values.pop("task"), values.pop("cell"), values.pop("init")]
    seed = values.pop("seed")
    unusual = {name: value for name, value in values.items() if value != _USUAL.get(name)}
    parts += [f"{name}-{value}" for name, value in {**unusual, "seed": seed}.items()]
    name = "-".join(map(str, parts))
    if len(name) <= _LONGEST:
        return name
    number = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: _LONGEST - len(number) - 1]}-{number}"
