"""JSON as every program reads it: without Python's own words NaN and Infinity."""

import json
import math

_SPELLED = {math.inf: "Infinity", -math.inf: "-Infinity"}


class Unreadable(Exception):
    """What is on disk is not what was written; the text says why, in a few words."""


def to_json(value: object) -> bytes:
    """Encode dicts, lists, words and numbers; NaN becomes null, infinity a word.

    Example:

    >>> to_json([float("nan"), -float("inf")])
    b'[\\n null,\\n "-Infinity"\\n]\\n'
    """
    return (
        json.dumps(_plain(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def from_json(contents: bytes) -> object:
    """Decode JSON, also that with Python's NaN and Infinity.

    Raises:
        Unreadable: It is empty, cut, no text, or nested too deeply.
    """
    if not contents.strip():
        raise Unreadable("it is empty")
    try:
        return json.loads(contents.decode())
    except UnicodeDecodeError:
        raise Unreadable("it is no text") from None
    except ValueError as error:
        raise Unreadable(f"it is no JSON: {error}") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None


def to_float(saved: object) -> float:
    """Return the number that JSON has as a number, as null or as a word.

    Raises:
        ValueError: It is no number.
    """
    if saved is None:
        return math.nan
    if isinstance(saved, bool) or not isinstance(saved, int | float | str):
        raise ValueError(f"{saved!r} is no number")
    return float(saved) if isinstance(saved, str) else saved  # a whole number stays one


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(v) for name, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return _SPELLED.get(value)
    return value
