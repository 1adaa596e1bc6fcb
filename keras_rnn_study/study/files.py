"""Studies in YAML files.

    title: How far can a simple RNN remember?
    task: recall
    cell: [simple_rnn, lstm]
    gap: [10, 100]
    sizes:
      quick: {seeds: 3, steps: 400}
      full: {seeds: 10, steps: 2000}

Keys are those of `Study`; `title` and `about` are for people. `sizes` are what differs between a
quick version and a whole one; the first is taken if none is asked for.
"""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from keras_rnn_study.arguments import check_choice, shown
from keras_rnn_study.study.durable import as_path
from keras_rnn_study.study.grid import Study
from keras_rnn_study.study.overrides import changed
from keras_rnn_study.study.yaml_text import read_yaml


@dataclasses.dataclass(frozen=True)
class StudyFile:
    """What a YAML file says.

    Attributes:
        study: The `Study`.
        title: One line.
        about: Whatever the file tells a reader: a str, or a dict.
        size: Which of its sizes; `None` if it has none.
        sizes: The names of all its sizes.
    """

    study: Study
    title: str
    about: object
    size: str | None
    sizes: tuple[str, ...]


def read_study(
    path: str | os.PathLike[str],
    size: str | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
) -> StudyFile:
    """Read a study from a YAML file.

    Args:
        path: Of the file.
        size: Name of one of its `sizes`; `None`: the first.
        changes: What takes the place of what the file says, in its grids, too. Where a task, cell,
            start or size is among those that grids have, the others are left out.

    Returns:
        `StudyFile`.

    Raises:
        ValueError: There is no such file, it is no YAML, or no study (see `Study`), or it has no
            such size.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "recall.yaml")
    >>> _ = path.write_text("task: recall\\ngap: [5, 10]\\nsizes: {quick: {seeds: 2}}")
    >>> len(read_study(path).study.runs())
    8
    """
    path = as_path(path)
    asked = {} if changes is None else _settings("changes", changes)
    try:
        contents = _settings("a study", read_yaml(path))
        title = str(contents.pop("title", path.stem))
        about = contents.pop("about", None)
        sizes = contents.pop("sizes", None)
        size, of_size = _chosen(sizes, size)
        contents = changed(contents | of_size, asked)
        study = Study(**_with_numbers(contents))
        return StudyFile(study, title, about, size, () if sizes is None else tuple(sizes))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def parse_value(text: str) -> bool | int | float | str | None:
    """Return a value as a person types it: none, true, false, a number or a word.

    Example:

    >>> [parse_value(text) for text in ("none", "true", "32", "1e-3", "adam")]
    [None, True, 32, 0.001, 'adam']
    """
    words = {"none": None, "null": None, "true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _settings(what: str, received: object) -> dict[str, Any]:
    if not isinstance(received, dict):
        kind = "nothing" if received is None else type(received).__name__
        raise ValueError(
            f"{what} must be names and values, but there is {kind}. A study begins, for example, "
            "with the line 'task: recall'."
        )
    for name in received:
        if not isinstance(name, str):
            raise ValueError(
                f"{what} must be names and values, but {shown(name)} is no name. Write, for "
                "example, 'gap: [10, 100]'."
            )
    return dict(received)


def _chosen(sizes: object, size: str | None) -> tuple[str | None, dict[str, Any]]:
    """Return the name of a size, and what it sets."""
    if sizes is None:
        if size is not None:
            raise ValueError(f"It has no sizes, but size={size!r} was asked for. Leave it out.")
        return None, {}
    known = _settings("'sizes'", sizes)
    if not known:
        raise ValueError("'sizes' has no size. Write, for example, 'sizes: {quick: {seeds: 3}}'.")
    size = next(iter(known)) if size is None else size
    check_choice("size", size, known)
    return size, _settings(f"Size {size!r}", known[size])


def _with_numbers(value: Any) -> Any:
    """YAML takes 1e-3 for a word, since it has no point."""
    if isinstance(value, dict):
        return {name: _with_numbers(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_with_numbers(v) for v in value]
    return parse_value(value) if isinstance(value, str) else value
