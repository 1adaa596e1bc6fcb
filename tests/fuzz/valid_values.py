"""What a parameter may be: words for people, and a test for the search."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Range:
    """A range of values.

    Attributes:
        text: What it is, in words.
        accepts: Whether a value is in it.
    """

    text: str
    accepts: Callable[[object], bool]

    def __or__(self, other):
        either = lambda value: self.accepts(value) or other.accepts(value)  # noqa: E731
        return Range(f"{self.text}, or {other.text}", either)


ANYTHING = Range("checked by what it is for", lambda value: True)


def integer(low, high=math.inf):
    def accepts(value):
        if isinstance(value, bool | np.bool_):
            return False
        try:
            return low <= operator.index(value) <= high
        except Exception:  # which an array raises, and an object that answers no question
            return False

    return Range(f"a whole number from {low} to {high}", accepts)


def number(low=-math.inf, high=math.inf):
    def accepts(value):
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            return False
        return low <= value <= high and abs(value) < math.inf

    return Range(f"a number from {low} to {high}", accepts)


def choice(*names):
    return Range(f"one of {names}", lambda value: isinstance(value, str) and value in names)


def boolean():
    return Range("anything that is true or false", lambda value: True)


def instance(kind, text):
    """An object of a class; of which one cannot be told by the class alone if it is `object`."""
    return Range(text, lambda value: kind is not object and isinstance(value, kind))


def optional(inside):
    return Range(f"{inside.text}, or None", lambda value: value is None or inside.accepts(value))


def several(inside):
    """A list of such values; what NumPy makes is one too."""

    def accepts(value):
        if isinstance(value, np.ndarray) and value.ndim < 2:
            value = [value.item()] if value.ndim == 0 else list(value)
        return isinstance(value, list | tuple | range) and all(map(inside.accepts, value))

    return Range(f"a list, each: {inside.text}", accepts)


def array(text, ndim=None):
    def accepts(value):
        try:
            made = np.asarray(value)
        except Exception:
            return False
        return made.dtype.kind in "biuf" and ndim in (None, made.ndim)

    return Range(text, accepts)
