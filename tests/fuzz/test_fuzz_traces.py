"""Traces of models drawn at random, against an eager tape of the same model."""

import keras
import numpy as np
import pytest
from random_models import labels, random_batch, random_model, scramble
from taped import taped

from keras_rnn_study import trace
from keras_rnn_study.seams.names import cell_names, recurrent_layers

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning"),  # Keras on what a person would not build
]

# Of the largest value. Half precision is compared with the same weights in float32.
TOLERANCES = {"float32": 1e-4, "float64": 1e-5, "mixed_float16": 5e-2, "mixed_bfloat16": 4e-1}


@pytest.fixture(autouse=True)
def _float32_afterwards():
    yield
    keras.config.set_dtype_policy("float32")


def test_random_traces(search):
    search(check_one, share=0.4)


def check_one(rng):
    keras.utils.clear_session()
    policy = str(rng.choice([*TOLERANCES], p=[0.7, 0.1, 0.1, 0.1]))
    x = random_batch(rng, int(rng.integers(1, 8)))
    seed = int(rng.integers(2**31))
    model, loops = built(seed, x, policy)
    exact, _ = (model, loops) if policy in ("float32", "float64") else built(seed, x, "float32")
    y = labels(exact, x, rng)
    # One weight a step where there are labels at each: Keras refuses one a sample beside a mask.
    weight = rng.random(y.shape[:-1]).astype("float32") if rng.random() < 0.3 else None
    measured = trace(model, x, y, weight)
    loss, expected = taped(exact, loops_of(exact), x, y, weight)
    assert len(measured) == len(expected) == loops
    tolerance = TOLERANCES[policy]
    assert measured.loss == pytest.approx(loss, rel=tolerance, abs=1e-6)
    for layer, wanted in zip(measured.values(), expected.values(), strict=True):
        compare(layer, wanted, tolerance)


def built(seed, x, policy):
    keras.config.set_dtype_policy(policy)
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model, loops = random_model(rng, x)
    model(x)
    scramble(model, rng)
    model.compile("sgd", loss="mse")
    keras.config.set_dtype_policy("float32")
    return model, loops


def loops_of(model):
    return {
        name: (layer, cell)
        for path, layer in recurrent_layers(model).items()
        for name, cell in cell_names(path, layer)
    }


def compare(layer, wanted, tolerance):
    mask = np.ones(layer.states["h"].shape[:2], bool) if layer.mask is None else layer.mask
    pairs = [*zip(layer.states.values(), wanted["states"], strict=True)]
    pairs += zip(layer.state_gradients.values(), wanted["state_gradients"], strict=True)
    pairs += [(layer.input_gradients, wanted["input_gradients"])]
    for actual, exact in pairs:
        largest = np.abs(exact[mask]).max(initial=0)
        assert np.abs(actual - exact)[mask].max(initial=0) <= tolerance * largest + 1e-6
