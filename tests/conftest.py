"""Quiet start-up and the same random numbers for every test."""

import os

# Before TensorFlow is imported by anyone.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", os.environ.get("CUDA_VISIBLE_DEVICES", ""))

import pytest


@pytest.fixture(autouse=True)
def _seeded():
    import keras

    keras.utils.clear_session()  # names count from the beginning: "lstm", "lstm_1", ...
    keras.utils.set_random_seed(0)
