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

    TensorBoard cuts names at the end, so what studies mostly vary comes first: cell, start, gap
    and seed. A name that would be too long for a file system ends in a number that no other run
    has.

    Example:

    >>> directory_name(Run("recall", "lstm", gap=100, init="chrono", units=64))
    'lstm-chrono-100-s0-units-64-recall'
    """
    values = settings(run)
    cell, start, seed, task = (values.pop(name) for name in ("cell", "init", "seed", "task"))
    gap = values.pop("gap")
    front = [cell, None if start == _USUAL["init"] else start, gap, f"s{seed}"]
    unusual = [f"{name}-{v}" for name, v in values.items() if v != _USUAL.get(name)]
    parts = [*(part for part in front if part is not None), *unusual, task]
    name = "-".join(map(str, parts))
    if len(name) <= _LONGEST:
        return name
    number = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: _LONGEST - len(number) - 1]}-{number}"
