"""What to examine: a model from a file, or Keras' recurrent layers as they are."""

import os
import re
import warnings
import zipfile
from collections.abc import Iterator

import keras

from keras_rnn_study.arguments import check_choice, shown

_DEFAULT_LAYERS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}
_EXPECTED = "Expected what model.save wrote, such as model.keras."


def default_model(cells: list[str] | None = None) -> keras.Model:
    """Build a model of Keras' recurrent layers as they are without arguments.

    Args:
        cells: List of "simple_rnn", "lstm", "gru"; default: all.

    Raises:
        ValueError: An unknown cell, with the nearest name.
    """
    if cells is not None and not isinstance(cells, list | tuple):
        raise ValueError(
            f"Received cells={shown(cells)}; expected a list of names, such as ['lstm']."
        )
    for cell in cells or ():
        check_choice("cell", cell, _DEFAULT_LAYERS)
    made = [_DEFAULT_LAYERS[cell](1, name=cell) for cell in dict.fromkeys(cells or _DEFAULT_LAYERS)]
    return keras.Sequential(made, name="defaults")


def load(path: str) -> keras.Model:
    """Load a model from a file, with errors that tell what to do.

    Raises:
        ValueError: There is no such file, or Keras cannot make a model of it.
    """
    if not isinstance(path, str | os.PathLike) or not os.path.isfile(path):
        raise ValueError(f"There is no model file {shown(path)}. {_EXPECTED}")
    try:
        with warnings.catch_warnings():  # about what does not matter here: optimizer, metrics
            warnings.simplefilter("ignore")
            return _loaded(path)
    except Exception as error:  # Keras raises whatever it stumbles over
        raise ValueError(f"Cannot load {path!r}: {_why_not_loaded(path, error)}") from error


def _loaded(path: str) -> keras.Model:
    try:
        return keras.saving.load_model(path)
    except Exception:
        # A loss or metric that is not defined here does not matter; a layer fails again.
        return keras.saving.load_model(path, compile=False)


def _why_not_loaded(path: str, error: BaseException) -> str:
    """Say in one line what Keras says in many, where what is wrong is known."""
    said = "\n".join(_all_said(error))
    if re.search(r"lambda.*safe_mode", said, re.DOTALL):
        return (
            "it holds a Python lambda, which could do anything here. If you trust it, load it in "
            "Python with keras.saving.load_model(path, safe_mode=False), and call "
            "keras_rnn_study.doctor.examine(model)."
        )
    if unknown := re.search(
        r"(?:Could not locate|Unknown) (?:class|function|layer):? '(.+?)'", said
    ):
        return (
            f"it needs {unknown[1]}, which Keras does not know here. Load it in Python, where that "
            "is defined, and call keras_rnn_study.doctor.examine(model)."
        )
    if _is_model_file(path):
        return f"{type(error).__name__}: {said.strip().splitlines()[0][:200]}"
    return f"it is not a Keras model. {_EXPECTED}"


def _all_said(error: BaseException | None) -> Iterator[str]:
    """Yield what the error says, and those that led to it."""
    while error is not None:
        yield str(error)
        error = error.__cause__ or error.__context__


def _is_model_file(path: str) -> bool:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    with open(path, "rb") as file:
        return file.read(4) == b"\x89HDF"
