"""What a study runs, and what it refuses."""

import itertools
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from small_study import NUM_RUNS, small_study

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Study


def test_a_grid_is_every_combination_with_every_seed():
    study = Study(task="recall", cell=["simple_rnn", "gru"], gap=[5, 9], units=[4, 8], seeds=3)
    expected = [
        Run("recall", cell, gap=gap, units=units, steps=1000, seed=seed)
        for cell, gap, units, seed in itertools.product(
            ["simple_rnn", "gru"], [5, 9], [4, 8], [0, 1, 2]
        )
    ]
    assert study.runs() == expected


def test_what_no_model_can_be_is_left_out():
    runs = small_study().runs()
    assert len(runs) == NUM_RUNS
    assert {(run.cell, run.init) for run in runs} == {
        ("simple_rnn", "keras"),
        ("lstm", "keras"),
        ("lstm", "chrono"),
    }


def test_a_forget_bias_is_for_an_lstm_that_is_not_chrono():
    study = Study(
        task="recall",
        cell=["simple_rnn", "lstm"],
        init=["keras", "chrono"],
        forget_bias=[None, 3],
        gap=5,
        seeds=1,
    )
    starts = {(run.cell, run.init, run.forget_bias) for run in study.runs()}
    assert starts == {
        ("simple_rnn", "keras", None),
        ("lstm", "keras", None),
        ("lstm", "chrono", None),
        ("lstm", "keras", 3),
    }


def test_other_names_are_options_of_the_optimizer():
    runs = Study(task="recall", cell="lstm", gap=5, clipnorm=[None, 1.0], seeds=1).runs()
    assert [run.optimizer_options for run in runs] == [(), (("clipnorm", 1.0),)]


def test_grids_go_before_what_stands_beside_them():
    study = Study(
        task="recall",
        gap=[5, 50],
        learning_rate=1e-3,
        seeds=[7],
        grids=[{"cell": "lstm"}, {"cell": "simple_rnn", "learning_rate": 1e-4, "gap": 5}],
    )
    rates = [(run.cell, run.gap, run.learning_rate, run.seed) for run in study.runs()]
    assert rates == [("lstm", 5, 1e-3, 7), ("lstm", 50, 1e-3, 7), ("simple_rnn", 5, 1e-4, 7)]


def test_a_study_comes_back_from_what_is_saved():
    study = small_study(clipnorm=[None, 1.0], give_up=1, loop="keras")
    again = Study(**study.as_dict())
    assert again.as_dict() == study.as_dict()
    assert again.runs() == study.runs()
    assert again.protocol == study.protocol
    assert study.describe()["clipnorm"] == "none, 1.0"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"task": "recal"}, r"Unknown task 'recal'.*mean 'recall'\?"),
        ({"gapp": 5}, r"Unknown axis of a study 'gapp'.*Did you mean 'gap'\?"),
        ({"cels": "lstm"}, r"Unknown axis of a study 'cels'.*mean 'cell'\?"),
        ({"seed": 3}, r"Unknown axis of a study 'seed'"),
        ({"gap": []}, r"gap=\[\] has no values"),
        ({"gap": -1}, r"gap must be a whole number, 0 or more, but -1"),
        ({"gap": [3, 3]}, r"has this run twice: Run\(task='recall'"),
        ({"seeds": 0}, r"seeds must be a whole number, 1 or more, but 0"),
        ({"seeds": []}, r"without seeds has no run"),
        ({"cell": "simple_rnn"}, r"init='chrono' fits none of the study's other values: .*starts"),
        ({"init": "identity", "cell": "lstm"}, r"cell='lstm' fits none|init='identity' fits none"),
        (
            {"forget_bias": 1, "cell": "gru", "init": "keras"},
            r"fits none.*input bias is for an lstm",
        ),
        ({"give_up": 0}, r"give_up must be a number, above 0, but 0 was given"),
        ({"check_every": 0}, r"check_every must be a whole number, 1 or more"),
        ({"loop": "cudnn"}, r"Unknown loop 'cudnn': expected one of 'fused', 'keras'"),
        ({"grids": [{"length": 5}]}, r"recall takes gap, not length"),
        ({"grids": "recall"}, r"grids must be a list of dicts of axes, but 'recall' was given"),
        ({"grids": {"gap": 3}}, r"grids must be a list of dicts of axes"),
        ({"grids": [{3: 4}]}, r"An axis must have a name, but 3 was given"),
        ({"grids": [{"seeds": 4}]}, r"seeds is one for all runs. Pass it beside grids"),
        ({"grids": [{"give_up": 1}]}, r"give_up is one for all runs. Pass it beside grids"),
        ({"seeds": 2.0}, r"seeds must be a whole number, 1 or more, but 2.0 was given"),
        ({"seeds": "many"}, r"seeds must be a whole number, 1 or more, but 'many' was given"),
        ({"seeds": None}, r"seeds must be a whole number, 1 or more, but None was given"),
        ({"seeds": True}, r"seeds must be a whole number, 1 or more, but True was given"),
        ({"seeds": 10**9}, r"seeds must be a whole number, 10,000 or less, but 1000000000"),
        ({"seeds": range(10**9)}, r"seeds has 1,000,000,000 values; expected at most 10,000"),
        ({"seeds": [2**32]}, r"seed must be a whole number, 4,294,967,295 or less"),
        ({"seeds": [1.5]}, r"seed must be a whole number, 0 or more, but 1.5"),
        ({"gap": range(10**9)}, r"gap has 1,000,000,000 values; expected at most 10,000"),
        (
            {"gap": range(9000), "seeds": 9000},
            r"The study has 324,000,000 runs; expected at most 100,",
        ),
        ({"gap": {"from": 1}}, r"gap takes words, numbers, true, false or none, .* a table was g"),
        ({"gap": [[1, 2], [3]]}, r"gap takes words, numbers, .* but list was given: \[1, 2\]"),
        ({"gap": np.ones((2, 2), int)}, r"gap takes words, .* but ndarray was given"),
        ({"clipnorm": float("nan")}, r"clipnorm must be finite, but nan was given"),
        ({"clipnorm": object}, r"clipnorm takes words, numbers, .* but type was given"),
        ({"steps": 100}, r"steps=100 is no multiple of check_every=40, .* Pass steps=120"),
        ({"steps": 40, "check_every": 10**6}, r"steps=40 is no multiple of check_every=1000000"),
        ({"samples": 10**12}, r"samples must be a whole number, 100,000 or less"),
        ({"samples": 1e12}, r"samples must be a whole number, 1 or more, but 1000000000000.0"),
        ({"threads": 10**9}, r"threads must be a whole number, 1,024 or less"),
        ({"clipnrm": 1.0}, r"Unknown option of Adam 'clipnrm'.*mean 'clipnorm'\?"),
        ({"clipnrm": None}, r"Unknown option of Adam 'clipnrm'.*mean 'clipnorm'\?"),
        ({"momentum": 0.9}, r"Unknown option of Adam 'momentum'"),
        ({"optimizer": ["sgd", "adam"], "momentum": 0.9}, r"Unknown option of Adam 'momentum'"),
        ({"loop": 3}, r"Unknown loop 3"),
        ({"give_up": float("nan")}, r"give_up must be a number, above 0, but nan"),
        ({"give_up": 2}, r"give_up must be a number, 1 or less, but 2 was given"),
        ({"steps": 0}, r"steps must be a whole number, 1 or more, but 0 was given"),
        ({"steps": 1.5}, r"steps must be a whole number, 1 or more, but 1.5 was given"),
        ({"batch_size": -3}, r"batch_size must be a whole number, 1 or more, but -3 was given"),
        ({"gap": 10**12}, r"gap must be a whole number, 100,000 or less"),
        ({"cell": "lst"}, r"Unknown cell 'lst'.*mean 'lstm'\?"),
        ({"task": 3}, r"Unknown task 3"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(changed, message):
    with pytest.raises(ValueError, match=message):
        small_study(**changed)


def test_a_study_without_a_task_is_refused():
    with pytest.raises(ValueError, match=re.escape("needs a task. Pass, for example, task='rec")):
        Study(gap=5)


def test_numpys_numbers_and_arrays_are_pythons():
    gaps = np.geomspace(1, 100, 3).astype(int)
    study = small_study(gap=gaps, seeds=np.int64(2), clipnorm=np.array(0.5), samples=np.int32(64))
    expected = small_study(gap=[1, 10, 100], seeds=2, clipnorm=0.5, samples=64)
    assert study.runs() == expected.runs()
    assert json.dumps(study.as_dict()) == json.dumps(expected.as_dict())
    seeds = small_study(seeds=np.arange(3)).seeds
    assert (seeds, {type(seed) for seed in seeds}) == ([0, 1, 2], {int})


def test_a_study_is_made_without_tensorflow():
    code = (
        "import sys; from keras_rnn_study.study import Study; "
        "Study(task='recall', gap=5, clipnorm=1.0); assert 'tensorflow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_what_a_study_says_of_itself_changes_nothing_about_it():
    study = small_study()
    study.as_dict()["grids"].clear()
    study.as_dict()["grids"][0].clear()
    assert study.as_dict() == small_study().as_dict()
