"""Loss and metrics in the same run as what is measured: by training step, each value once."""

import keras
import numpy as np
import pytest
from event_files import scalars_in, values_in
from keras import layers
from probed import STEPS, UNITS, X, Y, build, fit

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe


def fit_values(log_dir, run="rnn"):
    """Tag -> list of (step, value), in the order of writing: a value that is there twice shows."""
    found = {}
    for tag, step, value in values_in(log_dir, run):
        if tag.startswith("fit/"):
            found.setdefault(tag, []).append((step, float(value)))
    return found


def reported(history, name):
    """What Keras says that an epoch came to, at the training steps of its ends."""
    ends = [STEPS * epoch for epoch in range(1, 1 + len(history.history[name]))]
    return [(step, pytest.approx(v)) for step, v in zip(ends, history.history[name], strict=True)]


def every_kind(log_dir, **options):
    probe = Probe(X, Y)
    return [
        GradientNorms(log_dir, **options),
        GradientFlow(log_dir, probe, **options),
        GateActivations(log_dir, probe, **options),
    ]


@pytest.mark.parametrize("who", [[0], [1], [2], [0, 1, 2], [2, 1, 0]])
def test_each_value_is_written_once_whoever_shares_the_directory(who, tmp_path):
    callbacks = every_kind(tmp_path)
    model = build(metrics=["mae"])
    told = fit(model, *(callbacks[index] for index in who), epochs=3, validation_data=(X, Y))
    found = fit_values(tmp_path)
    assert set(found) == {"fit/loss", "fit/mae", "fit/val_loss", "fit/val_mae"}
    for tag, values in found.items():
        assert values == reported(told, tag.removeprefix("fit/"))


def test_within_an_epoch_it_is_the_mean_so_far(tmp_path):
    seen = []

    class Listen(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(logs["loss"]))

    fit(build(), *every_kind(tmp_path, update_freq=2), Listen(), epochs=2)
    steps, values = zip(*fit_values(tmp_path)["fit/loss"], strict=True)
    # Ends of epochs are 3 and 6; step 6 is both, and there once.
    assert steps == (2, 3, 4, 6)
    np.testing.assert_allclose(values, [seen[step - 1] for step in steps], rtol=1e-6)


def test_directories_of_their_own_have_it_each(tmp_path):
    norms, flow, _ = every_kind(tmp_path / "a")
    _, _, gates = every_kind(tmp_path / "b")
    fit(build(), norms, flow, gates, epochs=1)
    assert fit_values(tmp_path / "a") == fit_values(tmp_path / "b")
    assert len(fit_values(tmp_path / "a")["fit/loss"]) == 1


def test_a_second_fit_goes_on(tmp_path):
    model, callbacks = build(), every_kind(tmp_path)
    for _ in range(2):
        fit(model, *callbacks, epochs=1)
    assert [step for step, _ in fit_values(tmp_path)["fit/loss"]] == [STEPS, 2 * STEPS]


def test_it_can_be_left_to_others(tmp_path):
    fit(build(), *every_kind(tmp_path, metrics=False), epochs=1)
    assert not fit_values(tmp_path)
    assert "back_in_time/gradient_horizon" in scalars_in(tmp_path)


def test_what_others_put_into_the_logs_is_written_and_what_is_ours_is_not(tmp_path):
    class Tell(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs |= {"score": np.float32(0.5), "my/own number:1": 3, "words": "no number"}
            logs |= {"/": 1.0, "array": np.ones(2), "gate": 7.0}

    norms, flow, gates = every_kind(tmp_path, logs="all")
    fit(build(), norms, Tell(), flow, gates, epochs=1)
    assert {tag: values[0][1] for tag, values in fit_values(tmp_path).items()} == {
        "fit/loss": pytest.approx(fit_values(tmp_path)["fit/loss"][0][1]),
        "fit/score": 0.5,
        "fit/my/own_number_1": 3.0,
        "fit/gate": 7.0,  # somebody's metric, not one of ours: those have a layer
    }


def test_networks_of_different_kinds_share_a_chart(tmp_path):
    stacks = {
        "rnn": (layers.SimpleRNN(UNITS, name="rnn"),),
        "stack": (
            layers.LSTM(UNITS, return_sequences=True, name="below"),
            layers.GRU(UNITS, name="above"),
        ),
    }
    for name, stack in stacks.items():
        flow = GradientFlow(tmp_path / name, Probe(X, Y))
        fit(build(*stack), flow, epochs=1)
        # The layer nearest to the input, and its state that carries the past.
        nearest = "rnn/h" if name == "rnn" else "below/c"
        for quantity in ("gradient_horizon", "gradient_decay"):
            ours = flow.history[f"back_in_time/{quantity}"]
            np.testing.assert_array_equal(ours, flow.history[f"{quantity}/{nearest}"])
            written = scalars_in(tmp_path / name)[f"back_in_time/{quantity}"]
            np.testing.assert_allclose(list(written.values()), ours, rtol=1e-6)
            assert list(written) == [0, STEPS]
