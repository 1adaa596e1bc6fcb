"""What callbacks record for the view, what is read back, and where it comes from."""

import json

import keras
import numpy as np
import pytest

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.live_view import read_frames, read_recording, record_trace
from keras_rnn_study.live_view.frames import arrays_of
from keras_rnn_study.live_view.packing import half_quantum
from keras_rnn_study.live_view.showing import recording_of
from keras_rnn_study.measures import step_norms

WORDS = [["a", "b", "c", "d", "e", "f"], ["u", "v", "w", "x", "y", "z"]]
X = np.random.default_rng(0).normal(size=(8, 6, 3)).astype("float32")
Y = np.ones((8, 1))


def model(layer):
    built = keras.Sequential([keras.Input((6, 3)), layer, keras.layers.Dense(1)], name="mine")
    built.compile("adam", loss="mse")
    return built


def probe():
    return Probe(X, Y, tokens=WORDS, evidence=np.arange(6)[None] == [[1], [2]])


def watched(built, log_dir, epochs=2, **options):
    callbacks = [
        GradientNorms(log_dir),
        GradientFlow(log_dir, probe(), **options),
        GateActivations(log_dir, probe(), **options),
    ]
    history = built.fit(X, Y, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks)
    return callbacks, history.history


@pytest.mark.parametrize(
    ("cell", "gates"),
    [
        ("LSTM", ["input", "forget", "candidate", "output"]),
        ("GRU", ["update", "reset", "candidate"]),
        ("SimpleRNN", []),
    ],
)
def test_what_is_read_back_is_what_a_trace_has(cell, gates, tmp_path):
    built = model(getattr(keras.layers, cell)(5, name="layer"))
    _, history = watched(built, tmp_path / "a", samples=2)
    recording, frames = read_recording(tmp_path), read_frames(tmp_path)
    facts = json.loads(recording.facts["a", "layer", "values"])
    assert (facts["cell"], facts["time"], facts["units"], facts["samples"]) == (cell, 6, 5, 2)
    assert facts["tokens"] == WORDS
    assert facts["evidence"][1] == [False, False, True, False, False, False]
    traced = trace(built, X, Y)["layer"]  # of the trained model, as the last record is
    for part in ("values", "gradients", "flow"):
        assert [frame.step for frame in frames["a", "layer", part]] == [0, 2, 4]
        last = frames["a", "layer", part][-1]
        for name, array in arrays_of(traced, part, 2).items():
            half = half_quantum(last.quanta[name])
            known = last.arrays[name]
            if name.startswith("gradient/"):
                shown = array != 0
                assert (np.sign(known) == np.sign(array))[shown].all()
                array, known = np.log10(np.abs(array[shown])), np.log10(np.abs(known[shown]))
            assert np.allclose(known, array, atol=half + 1e-4 * (half > 0), rtol=1e-4)
    values = frames["a", "layer", "values"][-1].arrays
    assert [name for name in values if name.startswith("gate/")] == [f"gate/{g}" for g in gates]
    flow = frames["a", "layer", "flow"][-1].arrays["flow/h"]
    assert np.allclose(flow, step_norms(traced.state_gradients["h"]), rtol=1e-5)
    lines = recording.lines["a"]
    assert lines["gradient_norm"]["steps"] == [0, 1, 2, 3]
    assert lines["loss"]["steps"] == [2, 4]
    assert lines["loss"]["values"] == pytest.approx(history["loss"])


def test_frames_can_be_left_out(tmp_path):
    watched(model(keras.layers.LSTM(3)), tmp_path, frames=False)
    with pytest.raises(ValueError, match="nothing was recorded for the view"):
        read_recording(tmp_path)


@pytest.mark.parametrize("samples", [0, -1, 1.5, "2"])
def test_samples_are_a_whole_number(samples):
    with pytest.raises(ValueError, match="samples"):
        GradientFlow(None, probe(), samples=samples)


def test_without_a_directory_callbacks_keep_their_frames():
    (_, *callbacks), _ = watched(model(keras.layers.LSTM(3, name="lstm")), None)
    recording = recording_of(callbacks)
    assert {part for _, _, part in recording.frames} == {"flow", "gradients", "values"}
    assert list(recording.frames["mine", "lstm", "values"]) == [0, 2, 4]
    assert recording_of(callbacks[0]).frames.keys() < recording.frames.keys()


def test_another_model_of_the_same_name_has_facts_of_its_own():
    flow = GradientFlow(None, probe())
    for units in (3, 4):
        model(keras.layers.LSTM(units, name="lstm")).fit(X, Y, verbose=0, callbacks=[flow])
    recording = flow.recording()
    assert json.loads(recording.facts["mine", "lstm", "gradients"])["units"] == 4
    assert list(recording.frames["mine", "lstm", "gradients"]) == [0, 1]


def test_a_trace_and_a_directory_are_recordings_too(tmp_path):
    built = model(keras.layers.LSTM(3, name="lstm"))
    [layer] = recording_of(trace(built, X, Y)).index()["runs"]["trace"]["layers"].values()
    assert layer["steps"] == {"flow": [0], "values": [0], "gradients": [0]}
    without_labels = recording_of(trace(built, X))
    assert {part for _, _, part in without_labels.frames} == {"values"}
    watched(built, tmp_path / "a")
    assert list(recording_of(str(tmp_path)).index()["runs"]) == ["a"]


@pytest.mark.parametrize("what", [None, 3, [], [1], {"a": 1}, object()])
def test_what_is_no_recording_is_told(what):
    with pytest.raises(ValueError, match="Expected a trace, callbacks"):
        recording_of(what)


@pytest.fixture(scope="module")
def traced():
    return trace(model(keras.layers.GRU(2, name="layer")), X, Y)


def test_there_are_no_more_samples_than_a_trace_has(traced):
    layers = record_trace(traced, samples=99).index()["runs"]["trace"]["layers"]
    assert layers["layer"]["samples"] == 8


@pytest.mark.parametrize(
    "options",
    [
        {"step": -1},
        {"samples": 0},
        {"tokens": "abc"},
        {"tokens": ["abc"]},
        {"evidence": [[True], [True, False]]},
        {"evidence": [["yes"]]},
        {"run": 3},
    ],
)
def test_what_stands_beside_a_trace_is_checked(traced, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))}.*(expected|must)"):
        record_trace(traced, **options)


def test_a_folder_is_no_event_file(tmp_path):
    (tmp_path / "old.tfevents.d").mkdir()
    with pytest.raises(ValueError, match="nothing was recorded"):
        read_recording(tmp_path)


def test_no_such_directory(tmp_path):
    with pytest.raises(ValueError, match="There is no directory"):
        read_recording(tmp_path / "nowhere")


def test_a_file_that_is_still_written_or_damaged_is_read_to_its_end(tmp_path):
    watched(model(keras.layers.LSTM(3, name="lstm")), tmp_path / "a")
    [file] = (tmp_path / "a" / "rnn").glob("*tfevents*")
    whole = file.read_bytes()
    for share in (0.5, 0.75, 0.95):
        file.write_bytes(whole[: int(share * len(whole))])
        frames = read_frames(tmp_path)
        assert all(frame.step in (0, 2, 4) for one in frames.values() for frame in one)
    file.write_bytes(whole[:50])
    with pytest.raises(ValueError, match="nothing was recorded"):
        read_frames(tmp_path)
    file.write_bytes(whole[: len(whole) // 2] + b"\xff" * 400)
    assert read_frames(tmp_path)


def test_masked_steps_have_no_gates_and_stay_so(tmp_path):
    x = X.copy()
    x[:, 4:] = 0
    built = keras.Sequential(
        [keras.Input((6, 3)), keras.layers.Masking(), keras.layers.LSTM(4, name="lstm")]
    )
    built.compile("sgd", loss="mse")
    flow, gates = GradientFlow(None, Probe(x, np.ones((8, 4)))), GateActivations(None, Probe(x))
    built.fit(x, np.ones((8, 4)), verbose=0, callbacks=[flow, gates])
    index = recording_of([flow, gates])
    from keras_rnn_study.live_view.packing import unpack_all

    [frame] = unpack_all(index.frames[built.name, "lstm", "values"][0])
    forget = frame.arrays["gate/forget"][0]
    assert np.isnan(forget[4:]).all()
    assert np.isfinite(forget[:4]).all()
