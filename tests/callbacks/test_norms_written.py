"""Where norms go: event files, Keras' logs and the callbacks that read them."""

import csv
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from event_files import scalars_in
from small_training import BATCHES, fit, quick

from keras_rnn_study.callbacks import GradientNorms

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("update_freq", ["epoch", "batch", 3])
def test_every_step_is_in_the_event_file(update_freq, tmp_path):
    norms = GradientNorms(tmp_path, update_freq=update_freq)
    fit(quick(keras.optimizers.SGD(0.1, clipnorm=1.0)), norms)
    written, history = scalars_in(tmp_path), norms.history
    assert written.pop("fit/loss")  # tests/callbacks/test_fit_logs.py
    assert set(written) == set(history) - {"step"}
    for tag, values in written.items():
        assert list(values) == list(range(2 * BATCHES))
        np.testing.assert_allclose(list(values.values()), history[tag], rtol=1e-6)


def test_logs_carry_the_means_to_other_callbacks(tmp_path):
    norms = GradientNorms(logs="all")
    history = fit(
        quick(keras.optimizers.SGD(0.1, clipnorm=1.0)),
        norms,
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.EarlyStopping(monitor="gradient_norm/global", mode="max", patience=9),
    )
    expected = norms.history["gradient_norm/global"].reshape(2, BATCHES).mean(axis=1)
    np.testing.assert_allclose(history.history["gradient_norm/global"], expected)
    with open(tmp_path / "log.csv") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["gradient_norm/global"]) for row in rows] == pytest.approx(list(expected))
    assert "gradient_clip_ratio/global" in rows[0]


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ("main", {"gradient_norm/global"}),
        ("none", set()),
        (
            "all",
            {"gradient_clip_ratio/global", "gradient_norm/global"}
            | {
                f"gradient_norm/{name}/{w}" for name in ("body", "head") for w in ("kernel", "bias")
            },
        ),
    ],
)
def test_which_values_go_into_the_logs(logs, expected):
    norms = GradientNorms(logs=logs)
    history = fit(quick(keras.optimizers.SGD(0.1, clipnorm=1.0)), norms).history
    assert set(history) == {"loss"} | expected
    for tag in expected:
        means = norms.history[tag].reshape(2, BATCHES).mean(axis=1)
        np.testing.assert_allclose(history[tag], means)


def lines(text):
    """What a text shows of monitors, as it stands there."""
    return [" ".join(line.split()) for line in re.findall(r"`(\w+\(monitor=[^`]*\))`", text)]


@pytest.mark.parametrize("text", [README, GradientNorms.__doc__], ids=["README", "docstring"])
def test_the_very_line_that_is_shown(text):
    (line,) = lines(text)
    stopping = eval(line, {"EarlyStopping": keras.callbacks.EarlyStopping})
    assert stopping.monitor == "gradient_norm/global"
    model = quick(keras.optimizers.SGD(0.0))  # its gradients do not get smaller
    history = fit(model, GradientNorms(), stopping, epochs=5)
    assert len(history.history["gradient_norm/global"]) == 2


def test_other_callbacks_that_monitor(tmp_path):
    monitored = {"monitor": "gradient_norm/global", "mode": "min"}
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.weights.h5", save_best_only=True, save_weights_only=True, **monitored
    )
    plateau = keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, min_delta=1e9, **monitored)
    model = quick(keras.optimizers.SGD(0.1))
    history = fit(model, GradientNorms(), best, plateau, epochs=3)
    assert best.best == min(history.history["gradient_norm/global"])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.1, 0.05])
