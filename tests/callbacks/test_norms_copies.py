"""A callback can be pickled and copied at any time: KerasTuner and Dask do."""

import copy
import pickle

import keras
import numpy as np
import pytest
from small_training import BATCHES, At, fit, quick

from keras_rnn_study.callbacks import GradientNorms


class Mine(GradientNorms):
    """With something of its own."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.mine = ["of a user"]


COPY = pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda norms: pickle.loads(pickle.dumps(norms))],
    ids=["deep", "pickle"],
)


@COPY
def test_before_and_after_a_training(copied, tmp_path):
    model, norms = quick(), copied(Mine(tmp_path, update_freq=2, logs="all"))
    fit(model, norms)
    again = copied(norms)
    assert again.mine == ["of a user"]
    assert again.mine is not norms.mine
    np.testing.assert_equal(again.history, norms.history)
    logs = fit(model, again, epochs=1)
    assert len(again.history["step"]) == 3 * BATCHES
    assert len(norms.history["step"]) == 2 * BATCHES
    assert "gradient_norm/head/bias" in logs.history


@COPY
def test_within_a_training(copied):
    norms, copies = GradientNorms(), []
    fit(quick(), norms, At("on_train_batch_end", 1, lambda model: copies.append(copied(norms))))
    assert [list(c.history["step"]) for c in copies] == [[0, 1], [0, 1, 2, 3, 4, 5]]
    assert len(norms.history["step"]) == 2 * BATCHES


def test_skipped_steps_are_counted_on():
    def scaled():
        sgd = keras.optimizers.SGD(0.1)
        return quick(keras.optimizers.LossScaleOptimizer(sgd, initial_scale=2.0**127))

    norms = GradientNorms()
    fit(scaled(), norms, epochs=1)
    again = copy.deepcopy(norms)
    fit(scaled(), again, epochs=1)
    counts = again.history["gradient_skipped_steps/global"]
    assert counts[BATCHES - 1] > 0
    assert counts[-1] == 2 * counts[BATCHES - 1]
