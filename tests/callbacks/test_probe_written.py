"""What GradientFlow and GateActivations write and draw, and when."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import scalars_in, values_in
from keras import layers
from probed import X, Y, build, fit

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.callbacks.drawing import DrawSchedule
from keras_rnn_study.pictures import heat_maps


def steps_of_pictures(log_dir):
    """dict of tag to the steps at which a picture was written."""
    found = {}
    for tag, step, value in values_in(log_dir):
        if np.shape(value) == (3,) and bytes(value[2]).startswith(b"\x89PNG"):
            found.setdefault(tag, []).append(step)
    return found


def test_events_have_tag_step_and_value(tmp_path):
    probe, model = Probe(X, Y), build()
    flow, gates = GradientFlow(tmp_path, probe), GateActivations(tmp_path, probe)
    norms = GradientNorms(tmp_path)
    fit(model, flow, gates, norms)
    found = {}
    for tag, step, value in values_in(tmp_path):
        if tag.startswith("frame/"):
            continue  # tests/live_view reads them
        found.setdefault(tag, {})[step] = value
    for callback in (flow, gates, norms):
        history = callback.history
        for tag, values in history.items():
            if tag == "step":
                continue
            written = found.pop(tag)
            if tag.startswith(("gradient_flow", "unit_map")):
                assert list(written) == [6]
                assert all(image[2].startswith(b"\x89PNG") for image in written.values())
                continue
            assert list(written) == list(history["step"])
            np.testing.assert_allclose(list(written.values()), values, rtol=1e-6)
    assert set(found) == {"fit/loss"}  # tests/callbacks/test_fit_logs.py
    assert len(list((tmp_path / "rnn").glob("*tfevents*"))) == 1


def test_what_was_measured_before_an_error_is_on_disk(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("by a test")

    flow = GradientFlow(tmp_path, Probe(X, Y), update_freq="batch")
    with pytest.raises(RuntimeError, match="by a test"):
        fit(build(), flow, Stop())
    assert list(scalars_in(tmp_path)["gradient_decay/lstm/h"]) == [0, 1]


def test_in_a_project_that_has_nothing_to_do_with_this_one(tmp_path):
    """A subclassed model with token ids, beside Keras' own TensorBoard in the same directory."""

    class Tagger(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed = layers.Embedding(20, 4, mask_zero=True)
            self.encode = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="encode")
            self.out = layers.Dense(5, activation="softmax")

        def call(self, ids, training=False):
            return self.out(self.encode(self.embed(ids), training=training))

    rng = np.random.default_rng(0)
    ids, tags = rng.integers(1, 20, (8, 6)), rng.integers(0, 5, (8, 6))
    ids[3:, 4:] = 0
    model = Tagger()
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    probe = Probe(ids[:4], tags[:4])
    callbacks = [
        keras.callbacks.TensorBoard(tmp_path, update_freq=2, write_graph=False),
        GradientNorms(tmp_path, update_freq=1),
        GradientFlow(tmp_path, probe, update_freq=1),
        GateActivations(tmp_path, probe, update_freq=1),
    ]
    model.fit(ids, tags, batch_size=2, epochs=1, verbose=0, callbacks=callbacks)
    ours = scalars_in(tmp_path)
    for name in ("encode/forward_gru", "encode/backward_gru"):
        assert list(ours[f"gradient_norm/{name}/kernel"]) == [0, 1, 2, 3]
        assert list(ours[f"gradient_horizon/{name}/h"]) == [0, 1, 2, 3, 4]
        assert list(ours[f"gate_mean/{name}/update"]) == [0, 1, 2, 3, 4]
    theirs = {tag for tag, _, _ in values_in(tmp_path, "train")}
    assert {"batch_loss", "epoch_accuracy"} <= theirs
    assert not any("gradient_flow" in tag for tag in theirs)


class TestDrawing:
    def test_happens_when_it_is_asked_for_and_at_the_end(self, tmp_path):
        probe = Probe(X, Y)
        expected = {"end": [12], "epoch": [3, 6, 9, 12], 2: [6, 12], 3: [9, 12], 5: [12]}
        flows = [GradientFlow(tmp_path / str(freq), probe, draw_freq=freq) for freq in expected]
        fit(build(), *flows, epochs=4)
        for freq, steps in expected.items():
            assert steps_of_pictures(tmp_path / str(freq)) == {
                "gradient_flow/lstm/h": steps,
                "gradient_flow/lstm/c": steps,
            }

    def test_by_default_once_at_the_end_and_all_records_are_written(self, tmp_path):
        probe = Probe(X, Y)
        kinds = GradientFlow, GateActivations
        callbacks = [kind(tmp_path, probe, update_freq=2) for kind in kinds]
        fit(build(), *callbacks, epochs=4)
        history = callbacks[0].history | callbacks[1].history
        assert list(history["step"]) == [0, 2, 4, 6, 8, 10, 12]
        assert set(map(tuple, steps_of_pictures(tmp_path).values())) == {(12,)}
        written = {}
        for tag, step, value in values_in(tmp_path):
            written.setdefault(tag, {})[step] = value
        for tag, values in history.items():
            if tag != "step" and not tag.startswith(("gradient_flow", "unit_map")):
                assert list(written[tag]) == list(history["step"])
                np.testing.assert_allclose(list(written[tag].values()), values, rtol=1e-6)

    @pytest.mark.parametrize("draw_freq", ["end", "epoch"])
    def test_the_last_picture_shows_the_last_record(self, draw_freq, tmp_path):
        options, probe = {"update_freq": 2, "draw_freq": draw_freq}, Probe(X, Y)
        flow = GradientFlow(tmp_path, probe, **options)
        gates = GateActivations(tmp_path, probe, **options)
        fit(build(), flow, gates)
        expected = {}
        for state in "hc":
            tag, history = f"gradient_flow/lstm/{state}", flow.history
            expected[tag] = heat_maps.gradient_flow(
                history[tag], history["step"], state=state, layer="lstm"
            )
        for gate in ("input", "forget", "candidate", "output"):
            tag, activation = f"unit_map/lstm/{gate}", "tanh" if gate == "candidate" else "sigmoid"
            expected[tag] = heat_maps.unit_map(
                gates.history[tag][-1], part=gate, activation=activation, layer="lstm"
            )
        drawn = {}
        for tag, step, value in values_in(tmp_path):
            if tag in expected:
                drawn[tag] = step, tf.io.decode_png(value[2]).numpy()
        assert set(drawn) == set(expected)
        for tag, (step, rgb) in drawn.items():
            assert step == 6
            np.testing.assert_array_equal(rgb, expected[tag])

    def test_nothing_is_drawn_twice(self, tmp_path):
        model, flow = build(), GradientFlow(tmp_path, Probe(X, Y), draw_freq=1)
        fit(model, flow, epochs=1)
        fit(model, flow, epochs=0)
        assert steps_of_pictures(tmp_path)["gradient_flow/lstm/h"] == [3]

    @pytest.mark.parametrize("draw_freq", [0, -1, 1.5, True, "batch", None])
    def test_other_frequencies_are_refused(self, draw_freq):
        with pytest.raises(ValueError, match="draw_freq must be 'end', 'epoch' or a positive"):
            DrawSchedule(draw_freq)


class TestTrainingsApart:
    def test_a_new_model_in_the_same_directory_gets_a_run_of_its_own(self, tmp_path):
        for _ in range(2):
            callbacks = GradientNorms(tmp_path), GradientFlow(tmp_path, Probe(X, Y))
            fit(build(), *callbacks, epochs=1)
        for run in ("rnn", "rnn_2"):
            steps = [s for tag, s, _ in values_in(tmp_path, run) if tag == "gradient_norm/global"]
            assert steps == [0, 1, 2]
            steps = [s for t, s, _ in values_in(tmp_path, run) if t == "gradient_horizon/lstm/h"]
            assert steps == [0, 3]
        assert len(list(tmp_path.iterdir())) == 2

    def test_a_second_fit_of_the_same_model_goes_on(self, tmp_path):
        model = build()
        for _ in range(2):
            fit(model, GateActivations(tmp_path, Probe(X)), GradientNorms(tmp_path), epochs=1)
        assert [path.name for path in tmp_path.iterdir()] == ["rnn"]
        assert list(scalars_in(tmp_path)["gradient_norm/global"]) == list(range(6))


def test_on_a_full_disk_training_goes_on_and_the_history_is_whole(tmp_path, monkeypatch):
    class Full:
        def __init__(self, path):
            raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    flow, norms = GradientFlow(tmp_path, Probe(X, Y)), GradientNorms(tmp_path)
    model = build()
    with monkeypatch.context() as patch:
        patch.setattr(tf.io, "TFRecordWriter", Full)
        with pytest.warns(RuntimeWarning, match="cannot be written") as told:
            fit(model, flow, norms)
    assert len(told) == 1
    assert list(flow.history["step"]) == [0, 3, 6]
    assert list(norms.history["step"]) == list(range(6))
    fit(model, flow, norms, epochs=1)  # there is room again
    found = scalars_in(tmp_path)
    assert sorted(found["gradient_norm/global"]) == list(range(9))
    assert sorted(found["gradient_decay/lstm/h"]) == [0, 3, 6, 9]
