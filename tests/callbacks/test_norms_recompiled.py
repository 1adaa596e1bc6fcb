"""Recording and counting go on when an optimizer takes another's place."""

import keras
import numpy as np
import pytest
from event_files import scalars_in
from small_training import BATCHES, At, by_hand, fit, quick, same_norms

from keras_rnn_study.callbacks import GradientNorms


def swap(model):
    model.optimizer = keras.optimizers.SGD(0.05)
    model.make_train_function(force=True)


def compile_anew(model):
    model.compile(keras.optimizers.SGD(0.05), loss="mse")


def freeze_and_compile(model):
    model.layers[0].trainable = False
    compile_anew(model)


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"jit_compile": True}], ids=str)
@pytest.mark.parametrize("change", [swap, compile_anew, freeze_and_compile])
def test_within_a_training(change, options):
    norms = GradientNorms()
    fit(quick(**options), norms, At("on_train_batch_end", 1, _once(change)))
    same_norms(norms.history, by_hand(quick(), before={2: change}), rtol=1e-3)


def test_an_eager_step_uses_the_new_optimizer_at_once():
    def assign(model):
        model.optimizer = keras.optimizers.SGD(0.05)

    norms = GradientNorms()
    fit(quick(run_eagerly=True), norms, At("on_train_batch_end", 1, _once(assign)))
    same_norms(norms.history, by_hand(quick(), before={2: assign}), rtol=1e-3)


def test_a_compiled_step_goes_on_with_the_old_one_and_recording_does_not_change_that():
    def assign(model):
        model.optimizer = keras.optimizers.SGD(0.05)

    plain, recorded, norms = quick(), quick(), GradientNorms()
    fit(plain, At("on_train_batch_end", 1, _once(assign)))
    fit(recorded, norms, At("on_train_batch_end", 1, _once(assign)))
    for a, b in zip(plain.get_weights(), recorded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    same_norms(norms.history, by_hand(quick()), rtol=1e-3)


def test_fine_tuning_counts_on(tmp_path):
    def thaw(model):
        model.layers[0].trainable = True
        compile_anew(model)

    def frozen():
        model = quick()
        model.layers[0].trainable = False
        compile_anew(model)
        return model

    model, norms = frozen(), GradientNorms(tmp_path)
    fit(model, norms)
    thaw(model)
    fit(model, norms)
    expected = by_hand(frozen(), epochs=4, before={2 * BATCHES: thaw})
    assert np.isnan(expected["gradient_norm/body/kernel"][: 2 * BATCHES]).all()
    same_norms(norms.history, expected, rtol=1e-3)
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == list(range(4 * BATCHES))


def test_another_model_counts_from_the_beginning():
    norms = GradientNorms()
    for model in quick(), quick():
        fit(model, norms, epochs=1)
    assert list(norms.history["step"]) == [*range(BATCHES)] * 2


def _once(action):
    """The action at the first call only."""
    done = []
    return lambda model: done or done.append(action(model) or True)
