"""The command that opens TensorBoard on the gradient's way back: what it pins, and its words."""

import json
from urllib.parse import parse_qs

from command_line import run
from event_files import values_in
from keras import layers
from probed import TIME, UNITS, X, Y, build, fit

from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe
from keras_rnn_study.cli.tensorboard import flow_pins, query_of


def trained(log_dir, *stack, time=TIME):
    flow = GradientFlow(log_dir, Probe(X[:, :time], Y))
    fit(build(*stack, time=time), flow, epochs=1, x=X[:, :time])


def test_the_longest_sequences_are_pinned_in_the_order_of_training(tmp_path):
    below = layers.LSTM(UNITS, return_sequences=True, name="below")
    trained(tmp_path / "z", below, layers.GRU(UNITS, name="above"))
    trained(tmp_path / "short", time=3)
    trained(tmp_path / "a", layers.SimpleRNN(UNITS, name="rnn"))
    fit(build(), GateActivations(tmp_path / "no gradients", Probe(X)), epochs=1)
    pins = flow_pins(tmp_path)
    assert [(pin["runId"], pin["tag"]) for pin in pins] == [
        ("defaultExperimentId/z/rnn", "gradient_flow/below/c"),
        ("defaultExperimentId/a/rnn", "gradient_flow/rnn/h"),
        ("defaultExperimentId/short/rnn", "gradient_flow/lstm/c"),
    ]
    for name, pin in zip(("z", "a", "short"), pins, strict=True):
        assert pin["tag"] in {tag for tag, _, _ in values_in(tmp_path / name)}
    trained(tmp_path / "b")
    trained(tmp_path / "c")
    assert [pin["runId"].split("/")[1] for pin in flow_pins(tmp_path)] == ["z", "a", "b"]
    assert json.loads(parse_qs(query_of(pins))["pinnedCards"][0]) == pins


def test_where_nothing_was_recorded_nothing_is_pinned(tmp_path):
    assert flow_pins(tmp_path) == []
    trained(tmp_path)
    assert [pin["runId"] for pin in flow_pins(tmp_path)] == ["defaultExperimentId/rnn"]


def test_a_directory_that_is_not_there_is_told_in_a_line(tmp_path):
    done = run("tensorboard", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "There is no directory 'nowhere'" in done.stderr
