"""What is counted in a graph comes to what is measured of the array."""

import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import measures
from keras_rnn_study.cells.replay import compiled
from keras_rnn_study.measures.tally import Tally, tallies

NAN, INF = np.nan, np.inf
SHAPE = (5, 6, 4)  # (time, samples, units)
RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=SHAPE)
SOME = RNG.random(SHAPE[:2]) < 0.7

CASES = {
    "a sigmoid's": 1 / (1 + np.exp(-3 * NORMAL)),
    "a tanh's": np.tanh(2 * NORMAL),
    "of one value": np.full(SHAPE, 0.25),
    "of two that hardly differ": np.where(NORMAL > 0, 1.0, np.nextafter(np.float32(1), 0)),
    "beyond all ends": 1e30 * NORMAL,
    "with an infinity": np.where(NORMAL > 1.5, INF, NORMAL),
    "with both": np.where(NORMAL > 1.5, INF, np.where(NORMAL < -1.5, -INF, NORMAL)),
    "with no number": np.where(NORMAL > 1.5, NAN, NORMAL),
    "without a number": np.full(SHAPE, NAN),
}


def as_it_is(function):
    return function


def counted(values, mask, activation, compiled=as_it_is):
    """Two parts of unequal size, as the batch of a trace is cut."""
    cuts = [slice(0, 2), slice(2, None)]
    parts = [{"gate": tf.constant(values[:, rows])} for rows in cuts]
    masks = [None if mask is None else tf.constant(mask[:, rows]) for rows in cuts]
    found = tallies(parts, masks, {"gate": activation}, compiled)["gate"]
    return Tally(**{name: tensor.numpy() for name, tensor in found.items()})


@pytest.mark.parametrize("mask", [None, SOME, np.zeros_like(SOME)], ids=["all", "some", "none"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_is_what_is_measured_of_the_array(values, dtype, mask):
    values = values.astype(dtype)
    for activation in ("sigmoid", "tanh", "relu"):
        assert_is_measured(counted(values, mask, activation), values, mask, activation)


@pytest.mark.parametrize("values", ["a tanh's", "with both", "of one value"])
def test_xla_counts_the_same(values):
    values = CASES[values].astype(np.float32)
    assert_is_measured(counted(values, SOME, "tanh", compiled), values, SOME, "tanh")


def assert_is_measured(tally, values, mask, activation):
    np.testing.assert_array_equal(tally.histogram(), measures.histogram(values, mask))
    np.testing.assert_allclose(tally.mean(), measures.mean(values, mask), rtol=1e-12)
    expected = measures.saturation(values, activation, mask)
    assert (tally.saturation(activation) is None) == (expected is None)
    np.testing.assert_array_equal(tally.saturation(activation) or (), expected or ())


def test_thresholds_are_exclusive():
    for activation, ends in measures.SATURATION.items():
        near = np.float32(ends)
        around = [np.nextafter(near, np.float32(-INF)), near, np.nextafter(near, np.float32(INF))]
        values = np.concatenate(around).reshape(1, 6, 1)
        tally = counted(values, None, activation)
        assert tally.saturation(activation) == measures.saturation(values, activation)
