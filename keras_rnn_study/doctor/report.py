"""What a maintainer needs to know of a fault, as text to paste: no paths, no names of anybody's."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Sequence

from keras_rnn_study.doctor.layer_kernels import LayerKernel
from keras_rnn_study.doctor.machine import Machine
from keras_rnn_study.doctor.own_words import is_known, without_own_words
from keras_rnn_study.doctor.tracebacks import without_names

_PACKAGES = ("keras-rnn-study", "tensorflow", "keras", "numpy", "tensorboard", "protobuf")
# Variables that change what TensorFlow and Keras do. Others of their makers hold keys and hosts.
_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "KERAS_BACKEND",
    "KERAS_HOME",
    "NVIDIA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "TF_CUDNN_DETERMINISTIC",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
_VALUE = r"[\d.,-]*|true|false|all|none|tensorflow|jax|torch|cuda_malloc_async"
_HARMLESS = re.compile(rf"(?i){_VALUE}|(?: *--?(?:xla|tf_xla)_\w+=(?:{_VALUE}))+")


def report(machine: Machine, kernels: Sequence[LayerKernel], error: str | None = None) -> str:
    """Write a report in Markdown.

    Args:
        machine: What `this_machine` returned.
        kernels: What `examine` returned; layers are told by Keras' class and number, not by name.
        error: A traceback, or whatever was printed; `None`: nothing went wrong.

    Returns:
        Of packages the versions; of the machine system, cores and GPUs; of environment variables
        those that TensorFlow and Keras heed, and "(set)" where a value might be a path or a name;
        of a traceback what `without_names` leaves.
    """
    facts = [f"{name} {_version(name)}" for name in _PACKAGES]
    facts += [f"Python {machine.python}", f"{platform.system()} {platform.machine()}"]
    facts += [f"backend {machine.backend}", f"CPU cores {machine.cores}"]
    facts += [f"GPU {name}" for name in machine.gpus] or ["no GPU"]
    facts += [
        f"{name}={value if _HARMLESS.fullmatch(value) else '(set)'}"
        for name in _VARIABLES
        if (value := os.environ.get(name)) is not None
    ]
    lines = ["### Report", "```text", *facts, ""]
    lines += [_layer(number, layer) for number, layer in enumerate(kernels, start=1)]
    if error is not None:
        lines += ["", *without_names(error)]
    return "\n".join([*lines, "```"])


def _layer(number: int, layer: LayerKernel) -> str:
    """Tell a layer's class, if it is Keras' own, its kernel, and why."""
    off = "; ".join(obstacle.setting for obstacle in layer.obstacles)
    told = f"{layer.cell}: {layer.kernel}" + (f" ({without_own_words(off)})" if off else "")
    for name in re.findall(r"\w+", layer.cell):
        if not is_known(name):
            told = re.sub(rf"\b{name}\b", "(your class)", told)
    return f"{number} {told}"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # as keras where keras-nightly takes its place
        return "not installed under this name"
