"""Checks of arguments, with errors that say what was received, what was expected and what to do."""

import difflib
import operator
from collections.abc import Iterable


def whole_number(name: str, received: int | None, *, at_least: int) -> int:
    """Return `received` as an int, or raise a ValueError that says what was expected."""
    try:
        number = operator.index(received)
    except TypeError:
        number = None
    if number is None or number < at_least:
        raise ValueError(
            f"{name} must be a whole number, {at_least} or more, but {received!r} was given. "
            f"Pass, for example, {name}={at_least + 10}."
        )
    return number


def check_choice(what: str, received: str, choices: Iterable[str]) -> None:
    """Raise a ValueError that names the nearest choice unless `received` is one of `choices`."""
    choices = tuple(choices)
    if received in choices:
        return
    nearest = difflib.get_close_matches(str(received), choices, n=1, cutoff=0.4)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(
        f"Unknown {what} {received!r}: expected one of {', '.join(map(repr, choices))}.{hint}"
    )
