"""What a study runs, and what it refuses."""

import itertools
import re

import pytest
from small_study import NUM_RUNS, small_study

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Study
from keras_rnn_study.study.grid import from_dict


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
    again = from_dict(study.as_dict())
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
        ({"forget_bias": 1, "cell": "gru", "init": "keras"}, r"fits none.*forget bias is for an l"),
        ({"give_up": 0}, r"give_up must be a share of the steps, above 0 .* but 0 was given"),
        ({"check_every": 0}, r"check_every must be a whole number, 1 or more"),
        ({"loop": "cudnn"}, r"Unknown loop 'cudnn': expected one of 'fused', 'keras'"),
        ({"grids": [{"length": 5}]}, r"recall takes gap, not length"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(changed, message):
    with pytest.raises(ValueError, match=message):
        small_study(**changed)


def test_a_study_without_a_task_is_refused():
    with pytest.raises(ValueError, match=re.escape("needs a task. Pass, for example, task='rec")):
        Study(gap=5)
