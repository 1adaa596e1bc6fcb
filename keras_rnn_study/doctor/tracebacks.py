"""A traceback without what is somebody's own: the libraries' frames, and what they said."""

import os
import re
from pathlib import Path

import keras_rnn_study
from keras_rnn_study.doctor.own_words import LIBRARIES, is_known, without_own_words

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_HEADS = re.compile(
    r"[ |+-]*(?:Exception Group )?Traceback \(most recent call last\):?"
    r"|[ |]*\[Previous line repeated .*"
    r"|During handling of the above exception, .*|The above exception was the direct cause .*"
)
_FRAMES = (
    re.compile(r'(?P<in>[ |]*)File "(?P<path>[^"]*)", line (?P<line>\d+)(?:, in (?P<name>\S+))?'),
    re.compile(r"(?P<in>)File (?P<path>.+):(?P<line>\d+)(?:, in (?P<name>[\w.<>]+).*)?"),  # IPython
    re.compile(r"(?P<in>)Cell (?P<path>In) ?\[\d+\], line (?P<line>\d+)(?P<name>)"),
)
_RAISED = re.compile(r"(?P<in>[ |]*)(?P<type>[A-Za-z_][\w.]*)(?P<said>: .*|:|)")
_INSTALLED = re.compile(r".*[/\\](?:site|dist)-packages[/\\]")
_STANDARD = re.compile(r".*[/\\]lib[/\\]python3\.\d+[/\\]|<frozen ", re.IGNORECASE)
_CLONE = Path(keras_rnn_study.__file__).parents[1]
_OF_CLONE = ("keras_rnn_study", "callbacks", "datasets")
_THEIRS, _LIBRARY, _MESSAGE, _ELSE = "theirs", "library", "message", "else"


def without_names(error: str) -> list[str]:
    """Return a traceback's lines without paths, and without what is other people's code.

    The libraries' frames stay, with their lines of code, and what a library said, without quoted
    words that are not its own. A frame of other code is "your code", and an error that was raised
    there keeps its type only, if that is Python's or a library's. Other lines are left out. Where
    there is no traceback, all lines are taken for what was said.

    Example:
        >>> without_names('Traceback (most recent call last):\\n'
        ...     '  File "/mine/train.py", line 3, in plan\\n    plan(x)\\nOSError: no disk X')
        ['Traceback (most recent call last):', '  File "your code", line 3', 'OSError: ...']
    """
    error = _COLOUR.sub("", error)
    lines: list[str] = []
    state = _ELSE if "Traceback" in error else _MESSAGE
    for line in error.splitlines():
        state, kept = _next(state, line)
        if kept is not None:
            lines.append(kept)
    return lines


def _next(state: str, line: str) -> tuple[str, str | None]:
    """Return what the line is part of, and what is left of it."""
    if _HEADS.fullmatch(line):
        return _ELSE, line
    for form in _FRAMES:
        if frame := form.fullmatch(line):
            return _frame(frame)
    if state in (_THEIRS, _LIBRARY):
        raised = _RAISED.fullmatch(line)
        if raised and not raised["in"].startswith("    "):
            return _raised(state, raised)
        return state, line if state == _LIBRARY else None
    return (state, without_own_words(line)) if state == _MESSAGE else (state, None)


def _frame(frame: re.Match[str]) -> tuple[str, str]:
    inside = _inside_library(frame["path"])
    if inside is None:
        return _THEIRS, f'{frame["in"]}File "your code", line {frame["line"]}'
    name = f", in {frame['name']}" if frame["name"] else ""
    return _LIBRARY, f'{frame["in"]}File "{inside}", line {frame["line"]}{name}'


def _inside_library(path: str) -> str | None:
    """Return a path within a library that all can have, else `None`."""
    for root, names in (
        (_INSTALLED, LIBRARIES),
        (re.compile(re.escape(f"{_CLONE}{os.sep}")), _OF_CLONE),
    ):
        if found := root.match(path):
            inside = path[found.end() :]
            return inside if re.split(r"[/\\]", inside)[0] in names else None
    found = _STANDARD.match(path)
    return path[found.end() :].rstrip(">") if found else None


def _raised(state: str, raised: re.Match[str]) -> tuple[str, str]:
    """Return the line that names the error; of one that their code raised the type only."""
    kind = raised["type"] if is_known(raised["type"]) else "an error of your own"
    if state == _THEIRS:
        return _ELSE, f"{raised['in']}{kind}" + (": ..." if raised["said"] else "")
    return _MESSAGE, f"{raised['in']}{kind}{without_own_words(raised['said'])}"
