"""The machine: versions, cores, GPUs; and the likely reason where TensorFlow sees no GPU."""

import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.cells.devices import usable_cores
from keras_rnn_study.extras import how_to_install
from keras_rnn_study.fusion.obstacle import Obstacle


@dataclass(frozen=True)
class Machine:
    """Versions and devices.

    Attributes:
        python, tensorflow, keras, numpy: str, versions.
        backend: str, Keras' backend.
        cores: int, how many CPU cores this process may use.
        gpus: Tuple of str, names of the GPUs that TensorFlow uses.
        no_gpu: `Obstacle`, the likely reason and what to do; `None` where there is a GPU.
    """

    python: str
    tensorflow: str
    keras: str
    numpy: str
    backend: str
    cores: int
    gpus: tuple[str, ...]
    no_gpu: Obstacle | None


def this_machine() -> Machine:
    """Tell versions, cores and GPUs of this machine, and why TensorFlow has no GPU if so.

    Returns:
        `Machine`.

    Example:

    >>> from keras_rnn_study.doctor import this_machine
    >>> this_machine().backend
    'tensorflow'
    """
    gpus = tuple(map(_gpu_name, tf.config.list_physical_devices("GPU")))
    return Machine(
        python=platform.python_version(),
        tensorflow=tf.__version__,
        keras=keras.__version__,
        numpy=np.__version__,
        backend=keras.config.backend(),
        cores=usable_cores(),
        gpus=gpus,
        no_gpu=None
        if gpus
        else why_no_gpu(
            built_with_cuda=tf.sysconfig.get_build_info().get("is_cuda_build", False),
            driver=_has_driver(),
            libraries=importlib.util.find_spec("nvidia") is not None,
            visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
            system=platform.system(),
        ),
    )


def why_no_gpu(
    *,
    built_with_cuda: bool,
    driver: bool,
    libraries: bool,
    visible: str | None = None,
    system: str = "Linux",
) -> Obstacle:
    """Tell the likely reason why TensorFlow sees no GPU.

    Args:
        built_with_cuda: Whether this TensorFlow was.
        driver: Whether there are signs of an NVIDIA driver.
        libraries: Whether CUDA's Python packages are installed.
        visible: Value of CUDA_VISIBLE_DEVICES, or `None`.
        system: What `platform.system` says.

    Returns:
        `Obstacle`.
    """
    if system != "Linux":
        reason = f"TensorFlow uses NVIDIA GPUs on Linux only, not on {system}"
        windows = system == "Windows"
        return Obstacle(reason, "Install it within WSL2." if windows else "Use a Linux machine.")
    if not driver:
        reason = "no NVIDIA driver found, neither /proc/driver/nvidia nor nvidia-smi"
        remedy = "If there is an NVIDIA GPU, install its driver; start a container with --gpus all."
        return Obstacle(reason, remedy)
    if not built_with_cuda:
        reason = "there is an NVIDIA driver, but this TensorFlow is built without CUDA"
        return Obstacle(
            reason, f"Uninstall tensorflow-cpu if it is there, and {how_to_install('gpu')}"
        )
    if visible is not None and (not visible.strip() or visible.strip().startswith("-1")):
        reason = f"CUDA_VISIBLE_DEVICES={visible!r} hides it"
        return Obstacle(reason, "Unset that environment variable, or name a GPU: 0.")
    if not libraries:
        reason = "there is an NVIDIA driver, but CUDA's libraries are not in this environment"
        return Obstacle(reason, f"Install them: {how_to_install('gpu')}")
    reason = "there are an NVIDIA driver and CUDA's libraries, but TensorFlow could not use them"
    remedy = "See what nvidia-smi says, and what TensorFlow says: keras-rnn-study doctor --verbose"
    return Obstacle(reason, remedy)


def _gpu_name(gpu: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(gpu)
    name = details.get("device_name", gpu.name)
    capability = details.get("compute_capability")
    return f"{name}, compute capability {'.'.join(map(str, capability))}" if capability else name


def _has_driver() -> bool:
    return os.path.exists("/proc/driver/nvidia") or shutil.which("nvidia-smi") is not None
