"""The table of which cell can start how, and that models, runs and grids go by it."""

import itertools

import pytest

from keras_rnn_study.runs import Run, build_model
from keras_rnn_study.runs.starts import BIASES, CELLS, INITS, STARTS, can_start, check_start
from keras_rnn_study.study import Study

COMBINATIONS = list(itertools.product(CELLS, INITS, [None, 2.0], [None, -2.0]))
POSSIBLE = [
    (cell, init, forget, entry)
    for cell, init, forget, entry in COMBINATIONS
    if init in {"simple_rnn": "keras glorot identity"}.get(cell, "keras glorot chrono").split()
    and ((forget, entry) == (None, None) or (cell == "lstm" and init != "chrono"))
]


def refused(make):
    try:
        make()
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(("cell", "init", "forget_bias", "input_bias"), COMBINATIONS)
def test_all_say_the_same(cell, init, forget_bias, input_bias):
    biases = {"forget_bias": forget_bias, "input_bias": input_bias}
    is_possible = (cell, init, forget_bias, input_bias) in POSSIBLE
    assert can_start(cell, init, **biases) == is_possible
    start = {"init": init, **biases}
    assert refused(lambda: check_start(cell, **start)) != is_possible
    assert refused(lambda: Run("recall", cell, gap=3, **start)) != is_possible
    assert refused(lambda: build_model("recall", cell, units=1, gap=3, **start)) != is_possible
    assert refused(lambda: Study(task="recall", cell=cell, gap=3, **start)) != is_possible


def test_a_grid_leaves_out_what_cannot_be():
    study = Study(
        task="recall",
        cell=list(CELLS),
        init=list(INITS),
        forget_bias=[None, 2.0],
        input_bias=[None, -2.0],
        gap=3,
        seeds=1,
    )
    runs = [(run.cell, run.init, run.forget_bias, run.input_bias) for run in study.runs()]
    assert runs == POSSIBLE


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (("ltsm", "keras"), r"Unknown cell 'ltsm'.*Did you mean 'lstm'\?"),
        (("lstm", "crono"), r"Unknown init 'crono'.*Did you mean 'chrono'\?"),
        (("lstm", "identity"), r"square recurrent kernel, but 'lstm' has gates"),
        (("simple_rnn", "chrono"), r"but cell='simple_rnn' has none. Use cell='lstm' or 'gru'"),
    ],
)
def test_why_not(start, message):
    with pytest.raises(ValueError, match=message):
        check_start(*start)


@pytest.mark.parametrize("name", BIASES["lstm"])
def test_why_no_bias(name):
    gate = name.removesuffix("_bias")
    with pytest.raises(ValueError, match=rf"{name}=3 is for an LSTM's {gate} gate, but cell='gru'"):
        check_start("gru", "keras", **{name: 3})
    with pytest.raises(ValueError, match=rf"sets the {gate} gate's biases, and {name}=3 would"):
        check_start("lstm", "chrono", **{name: 3})


def test_every_cell_can_start_as_keras_has_it():
    assert all("keras" in inits for inits in STARTS.values())
