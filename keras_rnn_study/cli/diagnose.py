"""`keras-rnn-study diagnose`: why a saved network does not learn."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from keras_rnn_study.cli.common import Verbose, console, errors_in_a_line
from keras_rnn_study.runs.quiet import start_tensorflow

if TYPE_CHECKING:
    import numpy as np

_KEYS = ("x", "y", "sample_weight", "evidence")


def diagnose(
    model: Annotated[str, typer.Argument(help="A model file, such as model.keras.")],
    data: Annotated[
        str,
        typer.Option(
            help="Arrays by np.savez: x, y; sample_weight and evidence if there are any.",
            metavar="FILE.npz",
        ),
    ],
    validation: Annotated[
        str | None,
        typer.Option(
            help="Held-out data in the same form, to see overfitting.", metavar="FILE.npz"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Verbose = False,
) -> None:
    """Say why a network does not learn: the number that proves it, the line that cures it."""
    with errors_in_a_line():
        arrays = _arrays(data)
        held_out = None if validation is None else _held_out(validation)
        start_tensorflow(verbose)
        from keras_rnn_study.diagnosis.diagnosing import diagnose as judge
        from keras_rnn_study.doctor import model_file

        loaded = model_file.load(model)
        found = judge(
            loaded,
            arrays["x"],
            arrays.get("y"),
            sample_weight=arrays.get("sample_weight"),
            evidence=arrays.get("evidence"),
            validation_data=held_out,
        )
    text = json.dumps(found.to_dict(), indent=1) if as_json else repr(found)
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)


def _held_out(path: str) -> tuple["np.ndarray", ...]:
    """Read held-out data, `(x, y)` or `(x, y, sample_weight)`."""
    arrays = _arrays(path)
    if "y" not in arrays:
        raise ValueError(f"{path!r} has no y. Expected x and y: without labels there is no loss.")
    return tuple(arrays[name] for name in _KEYS[:3] if name in arrays)


def _arrays(path: str) -> dict[str, "np.ndarray"]:
    """Read the arrays of a file that `np.savez` wrote."""
    import numpy as np

    if not os.path.isfile(path):
        raise ValueError(
            f"There is no file {path!r}. Expected what np.savez('batch.npz', x=x, y=y) wrote."
        )
    try:
        with open(path, "rb") as opened, np.load(opened) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # whatever NumPy and zipfile meet in a file of another kind
        raise ValueError(
            f"{path!r} is no .npz file. Expected what np.savez('batch.npz', x=x, y=y) wrote."
        ) from error
    unknown = set(arrays) - set(_KEYS)
    if "x" not in arrays or unknown:
        raise ValueError(
            f"{path!r} has {', '.join(arrays) or 'nothing'}. Expected x and y, and sample_weight "
            "and evidence if there are any."
        )
    return arrays
