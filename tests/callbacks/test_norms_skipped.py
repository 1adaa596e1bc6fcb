"""Steps that dynamic loss scaling skips: NaN, counted, out of means and warnings."""

import keras
import numpy as np
import pytest
from event_files import scalars_in
from small_training import BATCH, BATCHES, FLAT_X, Y, fit, gradients_of, norms_of, quick

from keras_rnn_study.callbacks import GradientNorms

SCALE = 2.0**127


def scaled(initial_scale=SCALE):
    optimizer = keras.optimizers.SGD(0.1, clipnorm=0.5)
    return keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=initial_scale)


def by_hand(epochs, scale=SCALE):
    """Keras' rule for skipping, with a tape and NumPy: what each step's norms are, or `None`."""
    model = quick(keras.optimizers.SGD(0.1, clipnorm=0.5))
    records = []
    for start in list(range(0, len(Y), BATCH)) * epochs:
        gradients = gradients_of(model, FLAT_X[start : start + BATCH], Y[start : start + BATCH])
        with np.errstate(over="ignore"):
            fits = all(np.isfinite(np.float32(scale) * np.float32(g)).all() for g in gradients)
        if fits:
            records.append(norms_of(gradients, model.trainable_variables))
            model.optimizer.apply(gradients, model.trainable_variables)
        else:
            records.append(None)
            scale /= 2
    return records


def test_norms_and_counts():
    norms, expected = GradientNorms(), by_hand(epochs=2)
    skipped = np.array([record is None for record in expected])
    assert 1 < skipped.sum() < BATCHES  # else this would show little
    fit(quick(scaled()), norms)
    history = norms.history
    for tag in expected[-1]:
        values = [np.nan if record is None else record[tag] for record in expected]
        np.testing.assert_allclose(history[tag], values, rtol=1e-4, err_msg=tag)
    assert np.array_equal(np.isnan(history["gradient_clip_ratio/global"]), skipped)
    np.testing.assert_array_equal(history["gradient_skipped_steps/global"], np.cumsum(skipped))
    np.testing.assert_array_equal(history["step"], np.cumsum(~skipped) - ~skipped)


def test_they_are_in_no_mean():
    norms = GradientNorms(logs="all")
    logs = fit(quick(scaled()), norms).history
    expected = norms.history["gradient_norm/global"].reshape(2, BATCHES)
    assert np.isnan(expected[0]).any()
    np.testing.assert_allclose(logs["gradient_norm/global"], np.nanmean(expected, axis=1))
    assert logs["gradient_skipped_steps/global"] == [np.isnan(expected).sum()] * 2


def test_an_epoch_of_nothing_else_has_no_mean_and_is_said(tmp_path):
    model, norms = quick(scaled(), loss_weights=1e30), GradientNorms(tmp_path)
    before = model.get_weights()
    with pytest.warns(RuntimeWarning, match=r"All 4 training steps were skipped") as caught:
        logs = fit(model, norms, epochs=1).history
    assert len(caught) == 1
    assert np.isnan(logs["gradient_norm/global"]).all()
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    assert scalars_in(tmp_path)["gradient_skipped_steps/global"] == {0: 4.0}


def test_counting_goes_on_in_the_next_training():
    model, norms = quick(scaled()), GradientNorms()
    fit(model, norms)
    skipped = norms.history["gradient_skipped_steps/global"][-1]
    model.optimizer.dynamic_scale.assign(np.inf)  # each gradient is beyond all numbers once more
    with pytest.warns(RuntimeWarning, match="All 4 training steps were skipped"):
        fit(model, norms, epochs=1)
    assert norms.history["gradient_skipped_steps/global"][-1] == skipped + BATCHES


def test_a_fixed_loss_scale_skips_nothing():
    y = Y.copy()
    y[0] = np.nan
    norms = GradientNorms()
    with pytest.warns(RuntimeWarning, match="step 0 is not finite"):
        logs = fit(quick(keras.optimizers.SGD(0.1, loss_scale_factor=8.0)), norms, epochs=1, y=y)
    assert np.isnan(logs.history["gradient_norm/global"]).all()
    assert "gradient_skipped_steps/global" not in norms.history
