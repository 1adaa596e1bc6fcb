"""Options beside a study's file: they go before what it says, and choose among its grids."""

from pathlib import Path

import pytest

from keras_rnn_study.cli.sweep import _changes
from keras_rnn_study.study import read_study

STUDIES = Path(__file__).parents[2] / "studies"
NAMES = sorted(path.stem for path in STUDIES.glob("*.yaml"))


def runs(name, axes=None, also=()):
    changes = _changes(axes or {}, also)
    return read_study(STUDIES / f"{name}.yaml", changes=changes).study.runs()


@pytest.mark.parametrize("name", NAMES)
def test_every_file_takes_options(name):
    usual = runs(name)
    seeds = runs(name, {"seeds": 1})
    assert len(seeds) * len({run.seed for run in usual}) == len(usual)
    assert {run.steps for run in runs(name, {"steps": 40})} == {40}
    assert {run.units for run in runs(name, also=["units=8"])} == {8}
    for option, count in (("samples=64", 1), ("give_up=0.5", 1), ("clipvalue=none", 1)):
        assert len(runs(name, also=[option])) == count * len(usual)
    kept = runs(name, {"cell": sorted({run.cell for run in usual})})
    assert set(kept) == set(usual)


@pytest.mark.parametrize(
    ("name", "axes", "starts"),
    [
        ("adding_1997", {"cell": ["lstm"]}, {"lstm", "lstm (forget bias 5)", "lstm (chrono)"}),
        ("adding_1997", {"cell": ["simple_rnn"]}, {"simple_rnn"}),
        ("adding_1997", {"init": ["chrono"]}, {"lstm (chrono)"}),
        ("gaps", {"init": ["identity"]}, {"simple_rnn (identity)"}),
        ("gaps", {"cell": ["gru,lstm"], "init": ["keras"]}, {"gru", "lstm"}),
        ("forget_bias_2015", {"cell": ["gru"]}, {"gru"}),
        ("irnn_digits_2015", {"cell": ["lstm"]}, {"lstm"}),
    ],
)
def test_cells_and_starts_choose_among_the_grids(name, axes, starts):
    assert {run.label for run in runs(name, axes)} == starts


def test_a_task_chooses_the_grid_that_has_it():
    assert {run.gap for run in runs("chrono_2018", {"task": ["recall"]})} == {50, 100, 200}
    assert {run.gap for run in runs("chrono_2018", {"gap": ["100"]})} == {100}


def test_what_no_grid_has_is_for_all():
    chosen = runs("gaps", {"gap": ["7"], "cell": ["lstm"]})
    assert {(run.label, run.gap) for run in chosen} == {("lstm", 7), ("lstm (chrono)", 7)}


def test_the_ablation_of_chrono_is_a_study_of_two_biases():
    axes = {"task": ["recall"], "cell": ["lstm"], "gap": ["100"], "seeds": 5, "steps": 400}
    from keras_rnn_study.study import Study

    study = Study(**_changes(axes, ["forget_bias=4.6", "input_bias=-4.6,0,none"]))
    assert [run.label for run in study.runs()[::5]] == [
        "lstm (forget bias 4.6, input bias -4.6)",
        "lstm (forget bias 4.6, input bias 0)",
        "lstm (forget bias 4.6)",
    ]
    assert "input_bias" in study.varied()
