"""Runs that share a compiled model come to the numbers of runs that have one of their own."""

import dataclasses

import numpy as np
import pytest

from keras_rnn_study.live_view.reading import read_recording
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Protocol
from keras_rnn_study.study.sweeping.bench import Bench
from keras_rnn_study.study.sweeping.one_run import perform
from keras_rnn_study.study.sweeping.run_events import write_events

PROTOCOL = Protocol(samples=64, give_up=1)
RUN = Run("recall", "lstm", gap=2, units=4, steps=80, learning_rate=0.01, seed=1)
OTHER = dataclasses.replace(RUN, seed=5, init="chrono", learning_rate=0.1)


def numbers(result, history):
    return vars(result) | {"history": {name: np.asarray(v) for name, v in history.items()}}


@pytest.mark.parametrize("optimizer", ["adam", "adagrad"])  # whose slots start at 0, and not
def test_a_bench_that_was_used_is_as_good_as_new(optimizer):
    run = dataclasses.replace(RUN, optimizer=optimizer)
    other = dataclasses.replace(OTHER, optimizer=optimizer)
    used = Bench(other, "fused")
    perform(other, PROTOCOL, used)
    assert used.serves(run, "fused")
    found = numbers(*perform(run, PROTOCOL, used)[:2])
    expected = numbers(*perform(run, PROTOCOL, Bench(run, "fused"))[:2])
    np.testing.assert_equal(found, expected)
    again = numbers(*perform(run, PROTOCOL, used)[:2])  # upon its own trained weights
    np.testing.assert_equal(again, expected)


def test_a_run_that_is_shown_comes_to_the_same(tmp_path):
    """And what is shown of it can be read back, with the words of its sample."""
    *expected, _, nothing = perform(RUN, PROTOCOL, Bench(RUN, "fused"))
    result, history, _, recording = perform(RUN, PROTOCOL, Bench(RUN, "fused"), is_shown=True)
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
    bench = Bench(RUN, "keras")
    sames = ({"seed": 7}, {"learning_rate": 1.0}, {"init": "chrono"}, {"forget_bias": 3.0})
    for same in (*sames, {"input_bias": -3.0}, {"steps": 7}):
        assert bench.serves(dataclasses.replace(RUN, **same), "keras")
    other = (
        {"gap": 3},
        {"units": 5},
        {"batch_size": 8},
        {"optimizer": "sgd"},
        {"optimizer_options": (("clipnorm", 1.0),)},
        {"layers": 2},
        {"cell": "gru"},
    )
    for different in other:
        assert not bench.serves(dataclasses.replace(RUN, **different), "keras")
    assert not bench.serves(RUN, "fused")
    assert not bench.serves(dataclasses.replace(RUN, cell="simple_rnn", init="identity"), "keras")


def test_both_loops_come_to_the_same():
    results = [perform(RUN, PROTOCOL, Bench(RUN, loop))[0] for loop in ("fused", "keras")]
    assert results[0].decay[0] == pytest.approx(results[1].decay[0], abs=1e-3)
    assert results[0].largest_gradient_norm == pytest.approx(
        results[1].largest_gradient_norm, rel=1e-2
    )


def test_predictions_are_those_of_the_model_whatever_is_left_over():
    bench = Bench(RUN, "keras")
    x = np.random.default_rng(0).normal(size=(21, 4, 17)).astype("float32")
    np.testing.assert_allclose(
        bench.predict(x, 8), bench.model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )
