"""What a maintainer needs to know of a fault, as text to paste: no paths, no names of anybody's."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Sequence

from keras_rnn_study.doctor.layer_kernels import LayerKernel
from keras_rnn_study.doctor.machine import Machine

_PACKAGES = ("keras-rnn-study", "tensorflow", "keras", "numpy", "tensorboard", "protobuf")
# Variables that change what TensorFlow and Keras do, and what a value may look like to be shown.
_VARIABLES = re.compile(r"(KERAS|TF|XLA|CUDA|OMP|NVIDIA)_\w+")
_HARMLESS = re.compile(r"[\w.,:=+-]{0,40}")

_FRAME = re.compile(r'^(?P<indent> *)File "(?P<path>[^"]*)", line (?P<line>\d+), in (?P<name>.*)$')
_LIBRARY = re.compile(r".*?(?:site|dist)-packages[/\\]|.*[/\\]lib[/\\]python3\.\d+[/\\]")
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][^\s/\\'\":,;()]+){2,}[/\\]?")


def report(machine: Machine, kernels: Sequence[LayerKernel], error: str | None = None) -> str:
    """Write a report in Markdown.

    Args:
        machine: What `this_machine` returned.
        kernels: What `examine` returned; layers are told by class and number, not by name.
        error: A traceback, or whatever was printed; `None`: nothing went wrong.

    Returns:
        Of packages the versions; of the machine system, cores and GPUs; of environment variables
        those of TensorFlow and Keras, and "set" where a value might be a path; of a traceback the
        libraries' frames, each frame of other code as "your code".
    """
    facts = [f"{name} {_version(name)}" for name in _PACKAGES]
    facts += [f"Python {machine.python}", f"{platform.system()} {platform.machine()}"]
    facts += [f"backend {machine.backend}", f"CPU cores {machine.cores}"]
    facts += [f"GPU {name}" for name in machine.gpus] or ["no GPU"]
    facts += [
        f"{name}={value if _HARMLESS.fullmatch(value) else '(set)'}"
        for name, value in sorted(os.environ.items())
        if _VARIABLES.fullmatch(name)
    ]
    lines = ["### Report", "```text", *facts, ""]
    for number, layer in enumerate(kernels, start=1):
        off = "; ".join(obstacle.setting for obstacle in layer.obstacles)
        lines.append(f"{number} {layer.cell}: {layer.kernel}" + (f" ({off})" if off else ""))
    if error is not None:
        lines += ["", *without_names(error)]
    return "\n".join([*lines, "```"])


def without_names(error: str) -> list[str]:
    """Return a traceback's lines without paths, and without what is other people's code.

    Example:
        >>> without_names('File "/mine/train.py", line 3, in plan\\n    plan(x)\\nOSError: no')
        ['File "your code", line 3', 'OSError: no']
    """
    lines, is_theirs = [], False
    for line in error.splitlines():
        frame = _FRAME.match(line)
        if frame is not None:
            inside = _LIBRARY.sub("", frame["path"])
            is_theirs = inside == frame["path"]
            place = "your code" if is_theirs else inside
            name = "" if is_theirs else f", in {frame['name']}"
            lines.append(f'{frame["indent"]}File "{place}", line {frame["line"]}{name}')
        elif not (is_theirs and line.startswith("    ")):
            is_theirs = False
            lines.append(_PATH.sub("(path)", line))
    return lines


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # as keras where keras-nightly takes its place
        return "not installed under this name"
