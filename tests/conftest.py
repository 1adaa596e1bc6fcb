"""Quiet start-up and the same random numbers for every test."""

import os

# Before TensorFlow is imported by anyone.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest


@pytest.fixture(scope="session", autouse=True)
def _two_cpus():
    """Two logical CPU devices for the tests of replicas, as long as nothing has run yet."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture(autouse=True)
def _seeded():
    import keras

    keras.utils.clear_session()  # names count from the beginning: "lstm", "lstm_1", ...
    keras.utils.set_random_seed(0)


def pytest_addoption(parser):
    parser.addoption("--hours", type=float, help="how long all randomized searches take together")
    parser.addoption("--seed", type=int, help="the one seed that a randomized search tries")
