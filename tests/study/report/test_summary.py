"""Results of runs to what they say."""

import math

import pytest
from made_results import curve, made, two_curves
from scipy.stats import spearmanr

from keras_rnn_study.study.report.predicting import prediction
from keras_rnn_study.study.report.summary import conditions, line_label, lines


def test_a_condition_is_all_but_the_seed():
    found = conditions([made(gap=gap, seed=seed) for seed in (0, 1) for gap in (5, 9)])
    assert [(c.run.gap, [r.run.seed for r in c.results]) for c in found] == [
        (5, [0, 1]),
        (9, [0, 1]),
    ]


def test_diverging_is_a_trial_and_breaking_off_is_none():
    [condition] = conditions(
        [
            made(seed=0),
            made(seed=1, learned=False, verdict="diverged", ended="not finite", score=math.nan),
            made(seed=2, learned=False, verdict="failed", ended="error", horizon=(None, None)),
        ]
    )
    assert (condition.trials, condition.successes, condition.failed) == (2, 1, 1)
    assert condition.rate == 0.5
    assert condition.interval == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert condition.updates == (40.0, 40.0, math.inf)
    assert condition.ended("not finite") == 1
    assert math.isnan(condition.score)


def test_only_broken_runs_say_nothing():
    [condition] = conditions([made(learned=False, verdict="failed", horizon=(None, None))])
    assert math.isnan(condition.rate)
    assert math.isnan(condition.horizon)
    assert condition.interval == (0.0, 1.0)


def test_lines_are_told_apart_by_what_differs():
    results = [made(gap=gap, units=units, init=init) for gap in (50, 10)
               for units in (8, 16) for init in ("keras", "chrono")]  # fmt: skip
    found = lines(conditions(results))
    assert list(found) == [
        "lstm, units 8",
        "lstm (chrono), units 8",
        "lstm, units 16",
        "lstm (chrono), units 16",
    ]
    assert [c.run.gap for c in found["lstm, units 8"]] == [10, 50]


def test_options_of_the_optimizer_are_in_the_label():
    runs = [made(optimizer_options=options).run for options in ((), (("clipnorm", 1.0),))]
    assert [line_label(run, runs) for run in runs] == ["lstm, clipnorm none", "lstm, clipnorm 1.0"]


def test_a_gradient_that_foretells_is_found():
    told = prediction(conditions(two_curves()))
    assert told.conditions == 6
    # Rates 1, 0.4, 0, 1, 1, 1, and horizons of all, 23 of 52, 4 of 202, and all: the same order.
    assert told.horizon == pytest.approx(1)
    assert told.decay == pytest.approx(1)
    assert told.horizon_interval == pytest.approx((1, 1))


def test_the_gap_alone_stands_beside_it():
    found = conditions(two_curves())
    told = prediction(found)
    gaps, rates = [-c.run.gap for c in found], [c.rate for c in found]
    assert told.size == pytest.approx(spearmanr(gaps, rates).statistic)
    assert told.size_interval[0] < told.size < told.size_interval[1]
    same = prediction([c for c in found if c.run.gap == found[0].run.gap])
    assert math.isnan(same.size)


def test_a_gradient_that_misleads_is_found_too():
    results = [
        made(gap=gap, learned=gap > 50, decay=(decay, 0.0), horizon=(reach, 1))
        for gap, decay, reach in ((10, 0.0, 12), (50, -1.0, 40), (100, -5.0, 30), (200, -9.0, 20))
    ]
    told = prediction(conditions(results))
    assert told.decay < -0.8
    assert told.horizon < -0.8


def test_where_all_learn_there_is_nothing_to_foretell():
    told = prediction(conditions(curve(limit=10_000)))
    assert math.isnan(told.horizon)
    assert math.isnan(told.decay)


def broken(**changed):
    return made(learned=False, verdict="failed", time=None, horizon=(None, None), **changed)


def test_the_length_is_that_of_a_run_that_has_one():
    [condition] = conditions([broken(seed=0), made(seed=1), made(seed=2, learned=False)])
    assert condition.time == 12
    assert condition.horizon == 8.0
    assert condition.reach == pytest.approx(8 / 12)
    [alone] = conditions([broken()])
    assert alone.time is None
    assert math.isnan(alone.reach)


def test_a_first_seed_that_broke_off_does_not_stop_the_prediction():
    results = [broken(cell="simple_rnn", gap=50, seed=9), *two_curves()]
    assert prediction(conditions(results)).horizon == pytest.approx(1)


def test_a_horizon_that_is_no_number_is_none_and_never_full_reach():
    nan = float("nan")
    lost = made("gru", gap=50, seed=1, learned=False, horizon=(nan, nan), decay=(nan, nan))
    [condition] = conditions([made("gru", gap=50, seed=0), lost])
    assert math.isnan(condition.horizon)
    assert math.isnan(condition.reach)
    assert condition.lost_gradients == 1
    told = prediction(conditions([*two_curves(), lost]))
    assert told.conditions == 6
    assert told.horizon == pytest.approx(1)
    only_horizon = made("gru", gap=50, learned=False, horizon=(nan, 5), decay=(-3.0, 0.0))
    assert prediction(conditions([*two_curves(), only_horizon])).conditions == 6
