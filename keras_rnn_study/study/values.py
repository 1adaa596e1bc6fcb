"""What a study's settings may be: plain words and numbers, also where NumPy's were given."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_rnn_study.arguments import shown
from keras_rnn_study.runs.ranges import RANGES, Range

Value = bool | int | float | str | None
_MOST_VALUES = 10_000
_SEEDS = Range(1, _MOST_VALUES, 5, whole=True)


def axis_values(name: str, given: Any) -> list[Value]:
    """Return the values of an axis: one, or those of a list or an array.

    Args:
        name: The axis', for messages.
        given: A value; a list, tuple or range of them; an array, (values,).

    Raises:
        ValueError: There is none, there are too many, or one is neither a word nor a number.

    Example:

    >>> import numpy as np
    >>> axis_values("gap", np.array([5, 50])), axis_values("cell", "lstm")
    ([5, 50], ['lstm'])
    """
    if not _is_list(given):
        return [_plain(name, given)]
    if len(given) == 0:
        raise ValueError(f"{name}=[] has no values, so there is no run. Give one, or leave it out.")
    _check_number(name, len(given), _MOST_VALUES)
    return [_plain(name, value) for value in given]


def seed_list(given: Any) -> list[int]:
    """Return the seeds of a study: so many from 0 on, or those of a list.

    Raises:
        ValueError: There is none, there are too many, or one is not a whole number below 2^32.

    Example:

    >>> seed_list(3), seed_list([7, 9])
    ([0, 1, 2], [7, 9])
    """
    if not _is_list(given):
        return list(range(int(_SEEDS.check("seeds", given))))
    if len(given) == 0:
        raise ValueError("A study without seeds has no run. Pass, for example, seeds=5.")
    _check_number("seeds", len(given), _MOST_VALUES)
    return [int(RANGES["seed"].check("seed", seed)) for seed in given]


def _is_list(given: Any) -> bool:
    if isinstance(given, np.ndarray):
        return given.ndim > 0
    return isinstance(given, Sequence) and not isinstance(given, str | bytes)


def _plain(name: str, given: Any) -> Value:
    """Return one value as JSON and YAML have it."""
    is_numpys = isinstance(given, np.generic) or (isinstance(given, np.ndarray) and not given.ndim)
    value = given.item() if is_numpys else given
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be finite, but {value!r} was given. Pass a number.")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    kind = "a table" if isinstance(value, Mapping) else type(value).__name__
    raise ValueError(
        f"{name} takes words, numbers, true, false or none, or a list of them, but {kind} was "
        f"given: {shown(given)}. Pass, for example, {name}=[5, 50]."
    )


def _check_number(name: str, number: int, most: int) -> None:
    if number > most:
        raise ValueError(
            f"{name} has {number:,} values; expected at most {most:,}. Pass fewer, or make several "
            "studies of it."
        )
