"""Runs that share a compiled model come to the numbers of runs that have one of their own."""

import dataclasses

import numpy as np
import pytest

from keras_rnn_study.live_view.reading import read_recording
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Protocol
from keras_rnn_study.study.sweeping import bench
from keras_rnn_study.study.sweeping.bench import Bench
from keras_rnn_study.study.sweeping.one_run import perform
from keras_rnn_study.study.sweeping.run_events import write_events

PROTOCOL = Protocol(samples=64, give_up=1)
ON_KERAS = dataclasses.replace(PROTOCOL, loop="keras")
RUN = Run("recall", "lstm", gap=2, units=4, steps=80, learning_rate=0.01, seed=1)
OTHER = dataclasses.replace(RUN, seed=5, init="chrono", learning_rate=0.1)


def numbers(result, history):
    return vars(result) | {"history": {name: np.asarray(v) for name, v in history.items()}}


@pytest.mark.parametrize("optimizer", ["adam", "adagrad"])  # whose slots start at 0, and not
def test_a_bench_that_was_used_is_as_good_as_new(optimizer):
    run = dataclasses.replace(RUN, optimizer=optimizer)
    other = dataclasses.replace(OTHER, optimizer=optimizer)
    used = Bench(other, PROTOCOL)
    perform(other, PROTOCOL, used)
    assert used.serves(run, PROTOCOL)
    found = numbers(*perform(run, PROTOCOL, used)[:2])
    expected = numbers(*perform(run, PROTOCOL, Bench(run, PROTOCOL))[:2])
    np.testing.assert_equal(found, expected)
    again = numbers(*perform(run, PROTOCOL, used)[:2])  # upon its own trained weights
    np.testing.assert_equal(again, expected)


def test_a_run_that_is_shown_comes_to_the_same(tmp_path):
    """And what is shown of it can be read back, with the words of its sample."""
    *expected, _, nothing = perform(RUN, PROTOCOL, Bench(RUN, PROTOCOL))
    result, history, _, recording = perform(RUN, PROTOCOL, Bench(RUN, PROTOCOL), is_shown=True)
    np.testing.assert_equal(numbers(result, history), numbers(*expected))
    assert not nothing.frames
    write_events(tmp_path, RUN, result, history, ["cell"], recording)
    read = read_recording(tmp_path)
    assert {part for _, _, part in read.frames} == {"flow", "values", "gradients"}
    for key, frames in recording.frames.items():
        [same] = [other for other in read.frames if other[1:] == key[1:]]
        assert read.frames[same] == frames
        assert list(frames) == list(history["step"])
    [layer] = next(iter(read.index()["runs"].values()))["layers"].values()
    assert len(layer["tokens"][0]) == layer["time"] == RUN.gap + 2
    assert sum(layer["evidence"][0]) == 1


def test_what_is_compiled_in_needs_another_bench():
    there = Bench(RUN, ON_KERAS)
    odd = dataclasses.replace(ON_KERAS, check_every=7)  # which 80 steps are no multiple of
    assert not there.serves(RUN, odd)
    sames = ({"seed": 7}, {"learning_rate": 1.0}, {"init": "chrono"}, {"forget_bias": 3.0})
    for same in (*sames, {"input_bias": -3.0}, {"steps": 120}):
        assert there.serves(dataclasses.replace(RUN, **same), ON_KERAS)
    other = (
        {"gap": 3},
        {"steps": 81},
        {"units": 5},
        {"batch_size": 8},
        {"optimizer": "sgd"},
        {"optimizer_options": (("clipnorm", 1.0),)},
        {"layers": 2},
        {"cell": "gru"},
    )
    for different in other:
        assert not there.serves(dataclasses.replace(RUN, **different), ON_KERAS)
    assert not there.serves(RUN, PROTOCOL)
    assert not there.serves(dataclasses.replace(RUN, cell="simple_rnn", init="identity"), ON_KERAS)


@pytest.mark.parametrize("protocol", [PROTOCOL, ON_KERAS], ids=["fused", "on keras"])
def test_steps_in_one_call_are_the_steps_one_by_one(protocol, monkeypatch):
    """To the last bit: every gradient norm, score, loss and record."""
    together = Bench(RUN, protocol)
    assert together.model.steps_per_execution == 40
    found = numbers(*perform(RUN, protocol, together)[:2])
    assert found["updates"] == RUN.steps
    assert len(found["history"]["training_gradient_norm"]) == RUN.steps
    monkeypatch.setattr(bench, "_steps_in_one_call", lambda *_: 1)
    np.testing.assert_equal(numbers(*perform(RUN, protocol, Bench(RUN, protocol))[:2]), found)


def test_a_run_whose_steps_are_no_multiple_of_the_checks_ends_after_its_steps():
    run = dataclasses.replace(RUN, steps=50)
    result, history, seconds, _ = perform(run, PROTOCOL, Bench(run, PROTOCOL))
    assert result.updates == 50
    np.testing.assert_array_equal(history["step"], [0, 40, 50])
    assert 0 < seconds["usual step"] <= seconds["first step"] < seconds["training"]


def test_both_loops_come_to_the_same():
    both = (PROTOCOL, ON_KERAS)
    results = [perform(RUN, protocol, Bench(RUN, protocol))[0] for protocol in both]
    assert results[0].decay[0] == pytest.approx(results[1].decay[0], abs=1e-3)
    assert results[0].largest_gradient_norm == pytest.approx(
        results[1].largest_gradient_norm, rel=1e-2
    )


def test_predictions_are_those_of_the_model_whatever_is_left_over():
    there = Bench(RUN, ON_KERAS)
    x = np.random.default_rng(0).normal(size=(21, 4, 17)).astype("float32")
    np.testing.assert_allclose(
        there.predict(x, 8), there.model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )
