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
import pathlib

from keras_rnn_study.datasets.checks import check_choice
from keras_rnn_study.study.grid import Study

_CHOSEN = dict.fromkeys(("task", "gap", "length", "variant"))
_CHOSEN |= {"cell": ["simple_rnn", "lstm"], "init": "keras"}
"""Axes by which grids of a file are chosen, and what each is where a grid does not say."""


@dataclasses.dataclass(frozen=True)
class StudyFile:
    """What a YAML file says.

    Attributes:
        study: The `Study`.
        title: One line.
        about: Whatever the file tells a reader: a str, or a dict.
        size: Which of its sizes; `None` if it has none.
    """

    study: Study
    title: str
    about: object
    size: str | None


def read_study(path, size=None, *, changes=None):
    """Reads a study from a YAML file.

    Args:
        path: Of the file.
        size: Name of one of its `sizes`; `None`: the first.
        changes: dict of what takes the place of what the file says, in its grids, too. Where a
            task, cell, start or size is among those that grids have, the others are left out.

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
    contents = _contents(path)
    title, about = contents.pop("title", pathlib.Path(path).stem), contents.pop("about", None)
    sizes = contents.pop("sizes", None)
    if sizes:
        size = next(iter(sizes)) if size is None else size
        check_choice(f"size in {path}", size, sizes)
        contents |= sizes[size]
    elif size is not None:
        raise ValueError(f"{path} has no sizes, but size={size!r} was asked for. Leave it out.")
    if changes:
        contents = _changed(contents, changes)
    try:
        return StudyFile(Study(**_with_numbers(contents)), title, about, size)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def parse_value(text):
    """A value as a person types it: none, true, false, a number or a word.

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


def _changed(contents, changes):
    """What a file says, but for `changes`, which go before what its grids say."""
    grids = contents.get("grids")
    if not (isinstance(grids, list) and all(isinstance(grid, dict) for grid in grids)):
        return contents | changes
    for name, usual in _CHOSEN.items():
        if name in changes:
            grids = _chosen(grids, name, _as_list(changes[name]), contents.get(name, usual))
    replaced = changes.keys() - _CHOSEN.keys()
    grids = [{name: v for name, v in grid.items() if name not in replaced} for grid in grids]
    return contents | changes | {"grids": grids}


def _chosen(grids, name, asked, usual):
    """The grids that have some of the values asked for; if there are none, all get the values."""
    with_some = []
    for grid in grids:
        values = [value for value in _as_list(grid.get(name, usual)) if value in asked]
        if values:
            with_some.append(grid | {name: values})
    return with_some or [grid | {name: asked} for grid in grids]


def _as_list(values):
    return values if isinstance(values, list) else [values]


def _contents(path):
    import yaml

    try:
        contents = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"Cannot read the study {str(path)!r}: {error.strerror}. Pass the path of a YAML file."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no YAML: {error}") from None
    if not isinstance(contents, dict):
        raise ValueError(
            f"{path} holds {type(contents).__name__}, not names and values. A study begins, for "
            "example, with the line 'task: recall'."
        )
    return contents


def _with_numbers(value):
    """YAML takes 1e-3 for a word, since it has no point."""
    if isinstance(value, dict):
        return {name: _with_numbers(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_with_numbers(v) for v in value]
    return parse_value(value) if isinstance(value, str) else value
