"""The record of a finished run: `run.json` and `history.npz`, written and read.

What is read may be damaged, another run's, or a newer version's. It is held against the types of
`Run` and `Result`, and counts as a whole or not at all.
"""

import dataclasses
import io
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keras_rnn_study.runs.result import VERDICTS, Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.plain_json import Unreadable, from_json, to_float, to_json
from keras_rnn_study.study.protocol import Protocol

RUN_FILE, HISTORY_FILE = "run.json", "history.npz"

History = dict[str, "np.typing.NDArray[np.generic]"]
"""What was recorded, by tag: (checks, ...)."""


@dataclasses.dataclass(frozen=True)
class Record:
    """What `run.json` says.

    Attributes:
        result: What the run came to, and the `Run` itself.
        protocol: How it was trained and judged.
        versions: With what it was made.
        seconds: What its time went to.
    """

    result: Result
    protocol: Protocol
    versions: dict[str, str]
    seconds: dict[str, float]


def files_of(
    run: Run,
    result: Result,
    *,
    protocol: Protocol,
    versions: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    history: Mapping[str, "np.typing.NDArray[np.generic]"] | None = None,
) -> dict[str, bytes]:
    """Return what `StudyDirectory.add` writes for a run, besides events: contents by name."""
    declared = typing.get_type_hints(Result)
    values = {name: _saved(value, declared[name]) for name, value in vars(result).items()}
    del values["run"]
    saved = {
        "run": dataclasses.asdict(run),
        "protocol": dataclasses.asdict(protocol),
        "versions": dict(versions or {}),
        "result": values,
        "seconds": {name: round(value, 3) for name, value in (seconds or {}).items()},
    }
    files = {RUN_FILE: to_json(saved)}
    if history:
        arrays = io.BytesIO()
        np.savez_compressed(arrays, **history)  # type: ignore[arg-type]
        files[HISTORY_FILE] = arrays.getvalue()
    return files


def read_record(contents: bytes) -> Record:
    """Read what is in a `run.json`.

    Raises:
        Unreadable: It is damaged, or of a newer version.
    """
    saved = _table(from_json(contents))
    try:
        run = _run(_table(saved["run"]))
        result = Result(run=run, **_fields(Result, _table(saved["result"])))
        protocol = Protocol(**_table(saved["protocol"]))
        versions = {name: _value(v, str) for name, v in _table(saved["versions"]).items()}
        seconds = {name: to_float(v) for name, v in _table(saved["seconds"]).items()}
    except KeyError as error:
        raise Unreadable(f"it lacks {error}") from None
    except (TypeError, ValueError) as error:
        raise Unreadable(f"this version does not understand it: {error}") from None
    if result.verdict not in VERDICTS:
        raise Unreadable(f"it has an unknown verdict, {result.verdict!r}")
    return Record(result, protocol, versions, seconds)


def read_history(contents: bytes) -> History:
    """Read what is in a `history.npz`.

    Raises:
        Unreadable: It is damaged.
    """
    try:
        with np.load(io.BytesIO(contents), allow_pickle=False) as arrays:
            history = {name: arrays[name] for name in arrays.files}
    except Exception as error:  # whatever NumPy and zipfile meet in damaged bytes
        raise Unreadable(f"it holds no arrays ({type(error).__name__})") from None
    checks = len(history.get("step", ()))
    for name, values in history.items():
        if name != "training_gradient_norm" and (values.ndim == 0 or len(values) != checks):
            raise Unreadable(f"{name!r} does not have a value for each of {checks} checks")
    return history


def _run(saved: dict[str, Any]) -> Run:
    options = tuple((name, value) for name, value in saved["optimizer_options"])
    return Run(**saved | {"optimizer_options": options})


def _fields(kind: type, saved: dict[str, Any]) -> dict[str, Any]:
    """Return a dataclass' fields, each of the type that it is declared with."""
    declared = typing.get_type_hints(kind)
    unknown = [name for name in saved if name not in declared]
    if unknown:
        raise ValueError(f"it has {unknown[0]!r}")
    return {name: _value(value, declared[name]) for name, value in saved.items()}


def _value(saved: Any, kind: Any) -> Any:
    """Return what JSON has for a value of some type.

    Raises:
        ValueError: It has something else.
    """
    parts = typing.get_args(kind)
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        [of] = [part for part in parts if part is not types.NoneType]
        return None if saved is None else _value(saved, of)
    if typing.get_origin(kind) is tuple:
        if not isinstance(saved, list) or len(saved) != len(parts):
            raise ValueError(f"{saved!r} is no list of {len(parts)}")
        return tuple(_value(value, part) for value, part in zip(saved, parts, strict=True))
    reads: dict[Any, Callable[[Any], Any]] = {float: to_float, int: _as_is(int), str: _as_is(str)}
    return reads[kind](saved)


def _saved(value: Any, kind: Any) -> Any:
    """Return a value for JSON: where `None` has a meaning of its own, NaN is a word."""
    parts = typing.get_args(kind)
    if isinstance(value, tuple):
        return [_saved(v, part) for v, part in zip(value, parts, strict=True)]
    is_nan = isinstance(value, float) and math.isnan(value)
    return "NaN" if is_nan and types.NoneType in parts else value


def _as_is(kind: type) -> Callable[[Any], Any]:
    def read(saved: Any) -> Any:
        if type(saved) is not kind:
            raise ValueError(f"{saved!r} is no {kind.__name__}")
        return saved

    return read


def _table(saved: object) -> dict[str, Any]:
    if not isinstance(saved, dict):
        raise Unreadable(f"it has {type(saved).__name__} where names and values belong")
    return saved
