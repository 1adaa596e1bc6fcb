"""Wrong uses of `GradientNorms` are told in words that say what to do."""

import keras
import numpy as np
import pytest
from keras import layers
from small_training import fit, quick

from keras_rnn_study.callbacks import GradientNorms


def test_bad_input(tmp_path):
    for wrong in ("epochs", 0, -1, 2.5, True, None):
        with pytest.raises(ValueError, match=r"'epoch', 'batch' or a positive integer\. Received"):
            GradientNorms(update_freq=wrong)
    (tmp_path / "file").write_text("")
    model = quick()
    before = model.get_weights()
    with pytest.raises(ValueError, match="cannot be written"):
        fit(model, GradientNorms(tmp_path / "file"))
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    uncompiled = keras.Sequential([keras.Input((4, 2)), layers.GRU(2)])
    with pytest.raises(ValueError, match=r"has no optimizer.*recording"):
        GradientNorms().recording(uncompiled).__enter__()


@pytest.mark.parametrize(
    "wrong",
    ["batches", "", [1], np.array([1, 2]), np.float32(2.0), float("nan"), {}, len],
    ids=repr,
)
def test_update_freq_of_a_wrong_type(wrong):
    with pytest.raises(ValueError, match=r"'epoch', 'batch' or a positive integer\. Received"):
        GradientNorms(update_freq=wrong)


def test_update_freq_may_be_a_number_of_numpy():
    GradientNorms(update_freq=np.int64(3))


@pytest.mark.parametrize(
    "wrong", ["Main", "mian", "", None, True, ["main"], np.array(["main"] * 2)]
)
def test_logs(wrong):
    with pytest.raises(ValueError, match=r"'main' \(one number\), 'all' .* or 'none'\. Received"):
        GradientNorms(logs=wrong)


def test_logs_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'main'"):
        GradientNorms(logs="mian")


@pytest.mark.parametrize("wrong", ["adam", keras.optimizers.SGD, 0.1, [], {}], ids=repr)
def test_recording_with_what_is_no_optimizer(wrong):
    model = quick()
    with (
        pytest.raises(ValueError, match=r"the optimizer that the loop uses.*Received: optimizer="),
        GradientNorms().recording(model, wrong),
    ):
        pass
    assert "apply" not in vars(model.optimizer)


@pytest.mark.parametrize(
    "wrong", [None, "model", quick, [quick]], ids=["nothing", "str", "function", "list"]
)
def test_recording_what_is_no_model(wrong):
    with (
        pytest.raises(ValueError, match=r"the Keras model that is trained\. Received: model="),
        GradientNorms().recording(wrong, keras.optimizers.SGD()),
    ):
        pass


def test_update_outside_of_its_block():
    model, norms = quick(), GradientNorms()
    message = r"outside of a `recording` block\. Write `with norms\.recording\("
    with pytest.raises(ValueError, match=message):
        norms.update()
    with norms.recording(model):
        pass
    with pytest.raises(ValueError, match=message):
        norms.update()


def test_one_object_records_one_training_at_a_time():
    model, norms = quick(), GradientNorms()
    with norms.recording(model):
        with pytest.raises(ValueError, match="recording already"), norms.recording(model):
            pass
        with pytest.raises(ValueError, match="recording already"):
            fit(model, norms)
    fit(model, norms, epochs=1)
    assert len(norms.history["step"]) == 4
