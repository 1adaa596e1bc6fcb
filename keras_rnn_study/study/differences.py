"""What differs between the study that a directory holds and one that was asked for."""

import pathlib
from collections.abc import Iterator
from typing import Any

from keras_rnn_study.study.grid import Study


def check_same(path: pathlib.Path, there: Study, received: Study) -> None:
    """Refuse a study that is not the one that its directory holds.

    Raises:
        ValueError: They differ; the message has a line for each setting that does.
    """
    lines = differences(there, received)
    if lines:
        raise ValueError(
            f"{str(path)!r} holds another study:\n"
            + "\n".join(f"  {line}" for line in lines)
            + "\nTo go on with that one, ask for the same again; else choose another directory."
        )


def differences(there: Study, received: Study) -> list[str]:
    """Return a line for each setting that differs: `"gap: [1, 3] there, [1, 7] received"`."""
    old, new = _flat(there), _flat(received)
    return [
        f"{name}: {was} there, {now} received" for name, was, now in _pairs(old, new) if was != now
    ]


def _pairs(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    for name in dict.fromkeys([*old, *new]):
        yield name, old.get(name, "nothing"), new.get(name, "nothing")


def _flat(study: Study) -> dict[str, Any]:
    """Return settings by name; those of several grids are numbered."""
    flat = study.as_dict()
    grids = flat.pop("grids")
    for number, grid in enumerate(grids, 1):
        prefix = f"grid {number}: " if len(grids) > 1 else ""
        flat |= {prefix + name: values for name, values in grid.items()}
    return flat
