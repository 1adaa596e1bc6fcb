"""`keras-rnn-study diagnose`: a model file and a batch."""

import json

import ill_models
import keras
import numpy as np
import pytest
from command_line import run


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    x, y = ill_models.signs(6, 16)
    model = ill_models.network(x, units=3, optimizer=keras.optimizers.Adam(1e-9))
    model.save(folder / "model.keras")
    np.savez(folder / "batch.npz", x=x, y=y)
    np.savez(folder / "other.npz", a=x)
    np.savez(folder / "unlabelled.npz", x=x)
    np.save(folder / "one.npy", x)
    (folder / "cut.npz").write_bytes((folder / "batch.npz").read_bytes()[:-30])
    return folder


def test_what_it_finds_is_printed_and_is_its_exit_code(saved):
    done = run("diagnose", "model.keras", "--data", "batch.npz", cwd=saved)
    assert done.returncode == 1
    assert "1. error: learning_rate_too_low" in done.stdout
    done = run("diagnose", "model.keras", "--data", "batch.npz", "--json", cwd=saved)
    assert json.loads(done.stdout)["findings"][0]["name"] == "learning_rate_too_low"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model.keras", "--data", "none.npz"], "There is no file"),
        (["model.keras", "--data", "model.keras"], "Expected x and y"),
        (["model.keras", "--data", "other.npz"], "Expected x and y"),
        (["model.keras", "--data", "one.npy"], "is no .npz file"),
        (["model.keras", "--data", "cut.npz"], "is no .npz file"),
        (
            ["model.keras", "--data", "batch.npz", "--validation", "unlabelled.npz"],
            "'unlabelled.npz' has no y",
        ),
        (["none.keras", "--data", "batch.npz"], "no model file"),
    ],
)
def test_mistakes_are_told_in_a_line(saved, arguments, message):
    done = run("diagnose", *arguments, cwd=saved)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
