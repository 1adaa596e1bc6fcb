"""What all tests share: a quiet start, the same random numbers, the order, what a machine lacks."""

import gc
import os

# Before TensorFlow is imported by anyone.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, and no clock: machines differ.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

pytest_plugins = ["worker_memory"]


@pytest.fixture(scope="session", autouse=True)
def _started() -> None:
    """TensorFlow with two logical CPU devices, for the tests of replicas: nothing has run yet."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    gc.collect()
    gc.freeze()  # what was imported stays, so nobody need look through it again


@pytest.fixture(scope="module", autouse=True)
def _without_xla() -> Iterator[None]:
    """A trace's equations run uncompiled: the same, and building its graph takes half as long.

    XLA compiles them anew for each model, and TensorFlow keeps each program for good. Tests whose
    matter they are compile them, as users do, with a `_without_xla` of their own that does nothing.
    """
    from keras_rnn_study.cells import replay

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "compiled", lambda function: function)
        yield


@pytest.fixture(autouse=True)
def _seeded() -> None:
    import keras

    # Names count from the beginning: "lstm", "lstm_1", ... To collect garbage too would take longer
    # than most tests.
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """What a file leaves behind: models, and the graphs that TensorFlow keeps for good."""
    from keras_internals import custom_gradients_forgotten

    with custom_gradients_forgotten():
        yield
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: at the end, workers share what is left in small pieces."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(tryfirst=True)  # before fixtures
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked `needs` are skipped where a program is not installed, but never under CI."""
    needed = {name for mark in item.iter_markers("needs") for name in mark.args}
    missing = sorted(name for name in needed if shutil.which(name) is None)
    if missing:
        stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        stop(f"not installed: {', '.join(missing)}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the randomized searches."""
    parser.addoption("--hours", type=float, help="how long all randomized searches take together")
    parser.addoption("--seed", type=int, help="the one seed that a randomized search tries")


@pytest.fixture(scope="module")
def two_parts() -> Iterator[None]:
    """Two parts of a batch, on machines of any number of cores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_rnn_study.cells.devices.usable_cores", lambda: 2)
        yield
