"""Which GPU a worker uses, on machines that have none, some, or fewer than workers."""

import subprocess
import sys

import pytest
import tensorflow as tf

from keras_rnn_study.study.sweeping import gpus


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine of two GPUs; what is asked of TensorFlow."""
    asked = {"growth": [], "visible": None}
    config = tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: [f"{kind} 0", f"{kind} 1"])
    monkeypatch.setattr(
        config, "set_visible_devices", lambda devices, kind: asked.update(visible=devices)
    )
    monkeypatch.setattr(
        config.experimental, "set_memory_growth", lambda gpu, on: asked["growth"].append((gpu, on))
    )
    monkeypatch.setattr(gpus.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(gpus, "_held", [])
    return asked


def test_all_are_shared_and_no_worker_takes_all_memory(machine):
    gpus.prepare("share")
    assert machine == {"growth": [("GPU 0", True), ("GPU 1", True)], "visible": None}


def test_none_is_used(machine):
    gpus.prepare("off")
    assert machine == {"growth": [], "visible": []}


def test_each_worker_has_one_of_its_own_and_the_last_share(machine):
    seen = []
    for _ in range(3):
        gpus.prepare("pin")
        seen += machine["visible"]
    assert seen == ["GPU 0", "GPU 1", "GPU 1"]


def test_without_a_gpu_there_is_nothing_to_pin(machine, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    for choice in gpus.CHOICES:
        gpus.prepare(choice)
    assert machine["growth"] == []


def test_a_worker_that_is_gone_gives_its_gpu_back(tmp_path):
    script = (
        "import sys, os, signal\n"
        "from keras_rnn_study.study.sweeping.gpus import _claim\n"
        "print(_claim(2, sys.argv[1]), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
        )
        assert done.stdout == "0\n"
