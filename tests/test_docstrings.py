"""The examples in docstrings are run, and every public name has one line that says why."""

import doctest
import importlib
import pkgutil

import pytest

import keras_rnn_study
import keras_rnn_study.callbacks
import keras_rnn_study.datasets

PACKAGES = (keras_rnn_study, keras_rnn_study.callbacks, keras_rnn_study.datasets)
MODULES = sorted(
    {
        module.name
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    }
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # examples may write logs
    for backend in ("jax", "torch"):
        if name.endswith(f"_{backend}"):
            pytest.importorskip(backend, reason=f"{backend} is not installed")
    assert doctest.testmod(importlib.import_module(name)).failed == 0
