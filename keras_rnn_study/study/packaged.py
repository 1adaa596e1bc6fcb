"""The studies that come along with the package."""

import importlib.resources
from pathlib import Path

from keras_rnn_study.arguments import check_choice


def packaged_study(name: str) -> Path:
    """Return the path of the file of a study that comes along, for `read_study`.

    Args:
        name: Such as "gaps": a file of `studies/` without its ending.

    Raises:
        ValueError: There is no study of that name.

    Example:
        >>> packaged_study("gaps").name
        'gaps.yaml'
    """
    folder = Path(str(importlib.resources.files("keras_rnn_study.studies")))
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    check_choice("study", name, paths)
    return paths[name]
