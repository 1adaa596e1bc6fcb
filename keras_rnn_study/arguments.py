"""Checks of arguments, with errors that say what was received, what was expected and what to do."""

import contextlib
import difflib
import math
import operator
import reprlib
from collections.abc import Iterable
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def whole_number(name: str, received: object, *, at_least: int, at_most: int | None = None) -> int:
    """Return `received` as an int, or raise a ValueError that says what was expected.

    NumPy's whole numbers are whole numbers; `True` and `False` are none.
    """
    number = None
    if isinstance(received, SupportsIndex) and not isinstance(received, bool):
        with contextlib.suppress(Exception):  # an array has the method, and raises
            number = operator.index(received)
    if number is None or number < at_least:
        raise ValueError(
            f"{name} must be a whole number, {at_least} or more, but {shown(received)} was given. "
            f"Pass, for example, {name}={at_least + 10}."
        )
    if at_most is not None and number > at_most:
        raise ValueError(
            f"{name} must be {at_most} at most, but {shown(received)} was given. "
            f"Pass, for example, {name}={min(at_least + 10, at_most)}."
        )
    return number


def positive(name: str, received: object, example: float) -> float:
    """Return `received` as a float, or raise a ValueError that says what was expected."""
    is_number = isinstance(received, int | float | np.number) and not isinstance(received, bool)
    if is_number and not isinstance(received, np.complexfloating):
        number = float(received)  # type: ignore[arg-type]
        if 0 < number < math.inf:
            return number
    raise ValueError(
        f"{name} must be a number above 0, but {shown(received)} was given. Pass, for example, "
        f"{name}={example}."
    )


def checked_evidence(given: npt.ArrayLike, count: int | None = None) -> np.ndarray:
    """Return evidence, the steps that decide the answer, as booleans (samples, time).

    Args:
        given: As the user passed it.
        count: How many samples there must be; `None`: any number.

    Raises:
        ValueError: It is no such array.
    """
    try:
        there = np.asarray(given)
    except ValueError:  # lists of several lengths
        there = np.empty(0, object)
    is_array = there.dtype.kind in "biuf"
    if not is_array or there.ndim != 2 or count not in (None, len(there)):
        what = f"of shape {there.shape}" if is_array else shown(given)
        samples = "" if count is None else f" for {count} samples"
        raise ValueError(
            f"Received evidence {what}{samples}. Expected booleans (samples, time), "
            "True at the steps that decide the answer, such as recall.evidence(x)."
        )
    return there.astype(bool)


def check_choice(what: str, received: object, choices: Iterable[str]) -> None:
    """Raise a ValueError that names the nearest choice unless `received` is one of `choices`."""
    choices = tuple(choices)
    if isinstance(received, str) and received in choices:
        return
    hint = did_you_mean(received, choices, alike=0.4)
    raise ValueError(
        f"Unknown {what} {shown(received)}: expected one of {', '.join(map(repr, choices))}.{hint}"
    )


def did_you_mean(received: object, choices: Iterable[str], alike: float = 0.6) -> str:
    """Return " Did you mean ...?" with the choice most like `received`, or nothing.

    Example:
        >>> did_you_mean("recal", ["adding", "recall"])
        " Did you mean 'recall'?"
    """
    name = received[:80] if isinstance(received, str) else ""
    nearest = difflib.get_close_matches(name, choices, n=1, cutoff=alike)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def shown(received: object) -> str:
    """Write in short, on one line, what was received, whatever it is.

    Example:
        >>> shown("recal"), shown(True), len(shown(list(range(10**6)))) < 100
        ("'recal'", 'True', True)
    """
    try:
        return " ".join(_SHORT.repr(received).split())
    except Exception:  # an int of thousands of digits, or somebody's own __repr__
        return f"<{type(received).__name__}>"
