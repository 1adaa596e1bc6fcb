"""The three patients of lesson 7, as the lesson itself builds them: each gets the right finding."""

from pathlib import Path

import keras
import numpy as np
import pytest

from keras_rnn_study import diagnose

LESSON = Path(__file__).parents[2] / "notebooks" / "7_your_model.py"
CURED_OF_SCALE = "C, normalised"
RIGHT = {
    "A": {"short_memory"},  # its forget gates begin at 0.73
    "B": {"exploding_gradient", "runaway_states"},
    "C": {"unscaled_inputs"},
    CURED_OF_SCALE: {"short_memory"},  # one illness stood behind the other
}


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's own code defines: data, `build`, and what is built with it."""
    text = LESSON.read_text(encoding="utf-8")
    data = text.partition("rng = np.random")
    build = data[2].partition("def build(")
    parts = [
        data[1] + build[0].partition("LOGS =")[0],
        "def build(" + build[2].partition("def train(")[0],
        "def lstm(" + text.partition("def lstm(")[2].partition("ill = {")[0],
    ]
    known = {"keras": keras, "np": np}
    exec("\n".join(parts), known)
    return known


def patient(lesson, name):
    x, lstm, adam = (lesson[part] for part in ("x", "lstm", "adam"))
    build = lesson["build"]
    if name == "B":
        return build(lesson["relu_rnn"], keras.optimizers.SGD(0.1)), x
    if name == CURED_OF_SCALE:
        normalise = keras.layers.Normalization()
        normalise.adapt(100 * x)
        return build(lstm, adam(), [normalise]), 100 * x
    return build(lstm, adam()), x if name == "A" else 100 * x


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_the_lessons_patients_are_found(lesson, name):
    model, x = patient(lesson, name)
    found = diagnose(model, x[:512], lesson["y"][:512])
    assert found[0].name in RIGHT[name]
    assert found[0].severity == "error"
