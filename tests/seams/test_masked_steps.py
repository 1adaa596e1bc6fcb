"""What is shown at masked steps, and its transpose, against loops over single samples in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study.seams import masked_steps

TIME, BATCH, UNITS = 6, 4, 2
MASK = np.array(
    [[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0]], bool
).T  # (time, batch): none masked, padded, holes, nothing left
ZEROS = pytest.mark.parametrize("zeros", [False, True])


def layer(zeros):
    return keras.layers.SimpleRNN(UNITS, zero_output_for_mask=zeros)


def outputs(seed=0):
    return np.random.default_rng(seed).normal(size=(TIME, BATCH, UNITS))


def shown_step_by_step(values, zeros):
    result = np.zeros_like(values)
    for sample in range(BATCH):
        last = np.zeros(UNITS)
        for step in range(TIME):
            last = values[step, sample] if MASK[step, sample] else last
            result[step, sample] = last if MASK[step, sample] or not zeros else 0
    return result


def shown(values, zeros):
    held = masked_steps.hold(tf.constant(values), MASK, tf.zeros((BATCH, UNITS), tf.float64))
    return masked_steps.shown(layer(zeros), held, tf.constant(MASK)).numpy()


@ZEROS
def test_shown_is_what_a_loop_over_samples_shows(zeros):
    np.testing.assert_array_equal(shown(outputs(), zeros), shown_step_by_step(outputs(), zeros))


@ZEROS
def test_shown_is_what_keras_shows(zeros):
    cell = layer(zeros)
    cell.return_sequences = True
    x = outputs().swapaxes(0, 1).astype("float32")
    emitted = np.asarray(cell(x, mask=MASK.T)).swapaxes(0, 1)
    np.testing.assert_allclose(emitted, shown_step_by_step(emitted, zeros))


@ZEROS
def test_to_outputs_is_the_transpose(zeros):
    """<shown(a), b> = <a, to_outputs(b)> for any a and b."""
    a, b = outputs(1), outputs(2)
    back = masked_steps.to_outputs(layer(zeros), tf.constant(b), tf.constant(MASK)).numpy()
    assert np.sum(shown(a, zeros) * b) == pytest.approx(np.sum(a * back), rel=1e-12)
    assert np.all(back[~MASK] == 0)


def test_a_loop_that_showed_zero_sends_nothing_back_from_masked_steps():
    b = tf.constant(outputs(2))
    back = masked_steps.to_outputs(layer(False), b, tf.constant(MASK), repeats=tf.constant(False))
    np.testing.assert_array_equal(back, np.where(MASK[..., None], b, 0))


def test_without_a_mask_all_is_shown():
    values = tf.constant(outputs())
    assert masked_steps.shown(layer(False), values, None) is values
    assert masked_steps.to_outputs(layer(False), values, None) is values
    assert masked_steps.hold(values, None, values[0]) is values
    assert masked_steps.repeats(values, None) is None


@pytest.mark.parametrize("broken", [None, 1, 2], ids=["finite", "nan, padded", "nan, holes"])
@ZEROS
def test_whether_a_loop_repeats_is_told_also_beside_nan(zeros, broken):
    values = outputs()
    if broken is not None:
        values[:, broken] = np.nan
    emitted = tf.constant(shown_step_by_step(values, zeros))
    assert bool(masked_steps.repeats(emitted, tf.constant(MASK))) is not zeros


def test_outputs_that_are_zero_anyway_repeat():
    zero = tf.zeros((TIME, BATCH, UNITS))
    assert masked_steps.repeats(zero, tf.constant(MASK))
