"""What always giving one answer costs, by the model's own loss, against NumPy."""

import keras
import numpy as np
import pytest

from keras_rnn_study.diagnosis.answer import loss_kind
from keras_rnn_study.diagnosis.answering import answered
from keras_rnn_study.diagnosis.labels import Constant
from keras_rnn_study.tracing.batch import to_batch

COUNT, TIME = 24, 5
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(COUNT, TIME, 2)).astype("float32")
CLASSES = RANDOM.choice(3, COUNT, p=[0.6, 0.3, 0.1])
YES = RANDOM.integers(0, 2, (COUNT, 1)).astype("float32")
NUMBERS = RANDOM.normal(5, 3, (COUNT, 2)).astype("float32")
EACH_STEP = RANDOM.normal(5, 3, (COUNT, TIME)).astype("float32")
WEIGHTS = RANDOM.uniform(0, 50, COUNT).astype("float32")


def guessing(loss, y, outputs, weights=None, sequences=False):
    layers = [keras.layers.GRU(3, return_sequences=sequences), keras.layers.Dense(outputs)]
    model = keras.Sequential([keras.Input((TIME, 2)), *layers])
    model.compile(loss=loss)
    kind = loss_kind(model)
    constant = Constant(np.asarray(y), weights, kind.family, kind.from_logits)
    return answered(model, to_batch(X, y, weights), constant).guessing


def entropy(shares):
    shares = np.asarray(shares, float)
    return -(shares[shares > 0] * np.log(shares[shares > 0])).sum()


FREQUENCIES = np.bincount(CLASSES, minlength=3) / COUNT
ONES = YES.mean()
CROSS = keras.losses.SparseCategoricalCrossentropy
CASES = {
    "classes": (CROSS(), CLASSES, 3, entropy(FREQUENCIES)),
    "logits": (CROSS(from_logits=True), CLASSES, 3, entropy(FREQUENCIES)),
    "summed": (CROSS(reduction="sum"), CLASSES, 3, COUNT * entropy(FREQUENCIES)),
    "outputs to spare": (CROSS(), CLASSES, 7, entropy(FREQUENCIES)),
    "one-hot": ("categorical_crossentropy", np.eye(3)[CLASSES], 3, entropy(FREQUENCIES)),
    "yes or no": ("binary_crossentropy", YES, 1, entropy([ONES, 1 - ONES])),
    "numbers": ("mse", NUMBERS, 2, NUMBERS.var(axis=0).mean()),
    "distances": (
        "mae",
        NUMBERS,
        2,
        np.abs(NUMBERS - np.median(NUMBERS, axis=0)).mean(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_models_own_loss_of_the_best_constant_answer(name):
    loss, y, outputs, expected = CASES[name]
    assert guessing(loss, y, outputs) == pytest.approx(expected, rel=1e-4)


def test_a_number_at_each_step():
    found = guessing("mse", EACH_STEP[..., None], 1, sequences=True)
    assert found == pytest.approx(EACH_STEP.var(), rel=1e-4)


def test_weights_are_in_it():
    shares = WEIGHTS / WEIGHTS.sum()
    classes = np.bincount(CLASSES, shares, 3)
    expected = WEIGHTS.mean() * entropy(classes)
    assert guessing(CROSS(), CLASSES, 3, WEIGHTS) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("loss", "y", "outputs"),
    [
        ("poisson", YES, 1),  # whose best answer is not known here
        (CROSS(), CLASSES + 1, 3),  # a class without an output
        (CROSS(), np.full(COUNT, -1), 3),
    ],
)
def test_where_it_is_not_known_it_is_none(loss, y, outputs):
    assert guessing(loss, y, outputs) is None
