"""Text without what is somebody's own: paths, addresses, people, machines, names in their code.

What stays is what is known to be everybody's. Lists of what to hide would always lack something.
"""

import builtins
import contextlib
import functools
import getpass
import os
import platform
import re
import sys

import keras

LIBRARIES = (
    "keras_rnn_study",
    "keras",
    "tensorflow",
    "tensorboard",
    "numpy",
    "google",
    "h5py",
    "matplotlib",
    "loky",
    "distributed",
    "click",
    "typer",
    "rich",
    "werkzeug",
    "jinja2",
    "IPython",
)
_ARGUMENTS = "args kwargs inputs sequence sequences states initial_state mask training x y"
_DTYPES = "float16 bfloat16 float32 float64 int8 uint8 int32 int64 bool string"
_HIDDEN = (  # what, and what stands in its place
    (re.compile(r"\w+://\S+|\S+@\S+\.\w+"), "(address)"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b[\w.-]+:\d{4,5}\b"), "(address)"),
    (re.compile(r"[^\s'\"(=,]*[/\\][^\s'\"),]+|~\w+"), "(path)"),
    (re.compile(r"\b[\w-]+\.(?:csv|h5|hdf5|ipynb|json|keras|np[yz]|pkl|py|txt|ya?ml)\b"), "(file)"),
)
_QUOTED = re.compile(r"(?<!\w)(['\"`])(.*?)\1(?!\w)")
_CALLED = re.compile(r"\b[^\W\d][\w.]*(?=\(\))|(?<=• )\w+")


def is_known(name: str) -> bool:
    """Return whether a name, with dots or without, is of Python, Keras or what comes with it."""
    parts = name.split(".")
    return parts[0] in LIBRARIES or all(part in _known() for part in parts)


def without_own_words(text: str) -> str:
    """Return what a library said, without the words that it was given.

    Example:
        >>> without_own_words("No such file: '/mnt/ada/turbine.npz'")
        "No such file: '...'"
        >>> without_own_words("expected 'float32', found shape (None, 5)")
        "expected 'float32', found shape (None, 5)"
    """
    text = _QUOTED.sub(
        lambda found: found[0] if is_known(found[2]) else f"{found[1]}...{found[1]}", text
    )
    for pattern, place in _HIDDEN:
        text = pattern.sub(place, text)
    text = _CALLED.sub(lambda found: found[0] if is_known(found[0]) else "(name)", text)
    for name in _people_and_machines():
        text = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", "(name)", text)
    return text


@functools.cache
def _known() -> frozenset[str]:
    of_keras = (keras.layers, keras.activations, keras.losses, keras.optimizers)
    found = {name for home in (*of_keras, keras.Model, keras.layers.RNN) for name in dir(home)}
    return frozenset(
        {*found, *dir(builtins), *sys.stdlib_module_names, *LIBRARIES}
        | {*_ARGUMENTS.split(), *_DTYPES.split()}
    )


def _people_and_machines() -> list[str]:
    """Return the names of the user and of the machine, as far as Python can tell."""
    names = [platform.node(), platform.node().partition(".")[0]]
    names.append(os.path.basename(os.path.expanduser("~")))
    with contextlib.suppress(OSError, KeyError):  # a container's user may have no name
        names.append(getpass.getuser())
    return [name for name in names if name]
