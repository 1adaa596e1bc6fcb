"""What lesson 10 operates with: the LSTM in NumPy is Keras', and each change is what it says."""

import importlib
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
BATCH, TIME, UNITS = 5, 7, 4


@pytest.fixture(scope="module")
def surgery():
    sys.path.insert(0, str(NOTEBOOKS))
    yield importlib.import_module("lesson_surgery")
    sys.path.remove(str(NOTEBOOKS))
    sys.modules.pop("lesson_surgery")


@pytest.fixture(scope="module")
def lstm():
    layer = keras.layers.LSTM(UNITS, bias_initializer="random_normal", return_sequences=True)
    layer.build((None, TIME, 3))
    return layer


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(BATCH, TIME, 3)).astype("float32")


def test_untouched_it_computes_what_keras_computes(surgery, lstm, x):
    np.testing.assert_allclose(surgery.run(lstm, x)["h"], np.array(lstm(x)), atol=1e-6)


def test_frozen_gates_are_constant(surgery, lstm, x):
    frozen = {"forget": np.ones(UNITS), "input": np.zeros(UNITS)}
    assert not surgery.run(lstm, x, frozen=frozen)["c"].any()
    frozen["input"], frozen["candidate"] = np.full(UNITS, 0.5), np.full(UNITS, 0.2)
    counted = surgery.run(lstm, x, frozen=frozen)["c"]
    np.testing.assert_allclose(counted[..., 0], np.tile(0.1 * np.arange(1, TIME + 1), (BATCH, 1)))


def test_erase_leaves_what_all_samples_share(surgery, lstm, x):
    plain, cut = surgery.run(lstm, x), surgery.run(lstm, x, surgery.erase("c", [2]))
    for name in "hc":
        np.testing.assert_array_equal(cut[name][:, :2], plain[name][:, :2])
    np.testing.assert_array_equal(cut["h"][:, 2], plain["h"][:, 2])
    expected = np.tile(plain["c"][:, 2].mean(axis=0), (BATCH, 1))
    np.testing.assert_allclose(cut["c"][:, 2], expected)
    assert np.abs(cut["h"][:, 3] - plain["h"][:, 3]).max() > 1e-3


def test_swapping_both_states_goes_on_as_the_partner_would(surgery, lstm, x):
    same_end = x.copy()
    same_end[:, 3:] = x[:1, 3:]  # from step 3 on all read the same
    partner = np.array([1, 2, 3, 4, 0])
    swapped = surgery.run(lstm, same_end, surgery.swap("hc", 2, partner))
    plain = surgery.run(lstm, same_end)
    np.testing.assert_allclose(swapped["h"][:, -1], plain["h"][partner, -1])
    only_h = surgery.run(lstm, same_end, surgery.swap("h", 2, partner))
    np.testing.assert_array_equal(only_h["c"][:, 2], plain["c"][:, 2])
    np.testing.assert_array_equal(only_h["h"][:, 2], plain["h"][partner, 2])


def test_read_out_is_least_squares(surgery):
    rng = np.random.default_rng(1)
    known, asked = rng.normal(size=(60, UNITS)), rng.normal(size=(20, UNITS))
    y = rng.integers(0, 3, 60)
    weights, *_ = np.linalg.lstsq(np.c_[known, np.ones(60)], np.eye(3)[y], rcond=None)
    expected = (np.c_[asked, np.ones(20)] @ weights).argmax(axis=1)
    np.testing.assert_array_equal(surgery.read_out(known, y, asked), expected)
