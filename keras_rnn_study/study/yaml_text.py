"""A YAML file that a person wrote, or one that was made to do harm."""

import pathlib
from collections.abc import Iterable

_LARGEST = 200_000  # bytes
_DEEPEST = 20  # lists and tables in one another


def read_yaml(path: pathlib.Path) -> object:
    """Return what a YAML file holds.

    Raises:
        ValueError: It cannot be read, or is no YAML; it is larger than any study, nested too
            deeply, or has references (`*name`), of which a few lines could stand for any amount.
    """
    import yaml

    text = _text(path)
    try:
        _check(yaml.scan(text))
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ValueError(f"no YAML of a study: {' '.join(str(error).split())}") from None


def _check(tokens: Iterable[object]) -> None:
    """Refuse what would grow out of all proportion, before anything is built of it."""
    import yaml

    begins = (
        *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
        *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
    )
    ends = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
    depth = 0
    for token in tokens:
        if isinstance(token, yaml.AliasToken):
            raise ValueError(f"it has a reference, *{token.value}. Write out what it stands for.")
        depth += isinstance(token, begins) - isinstance(token, ends)
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply. A study has names, lists and grids.")


def _text(path: pathlib.Path) -> str:
    try:
        with open(path, "rb") as file:
            contents = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # a path may have a null in it
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(
            f"cannot read the study: {reason}. Pass the path of a YAML file."
        ) from None
    if len(contents) > _LARGEST:
        raise ValueError("it is larger than any study. Pass the path of a study.")
    try:
        return contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"no YAML of a study: {error}") from None
