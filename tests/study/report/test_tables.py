"""Tables for other programs and for people."""

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import curve, made, two_curves
from rich.console import Console

from keras_rnn_study.study.report.summary import conditions
from keras_rnn_study.study.report.tables import (
    decay_text,
    horizon_text,
    read_results_csv,
    results_csv,
    summary_table,
    updates_text,
)

numbers = st.floats(allow_nan=True, allow_infinity=True)
HORIZONS = st.none() | st.integers(0, 9) | st.just(float("nan"))


def assert_same(found, expected):
    np.testing.assert_equal([vars(r) for r in found], [vars(r) for r in expected])


@given(
    score=numbers,
    decay=st.tuples(numbers, numbers),
    horizon=st.tuples(HORIZONS, HORIZONS),
    reason=st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=20),
    learned=st.booleans(),
    forget_bias=st.none() | st.floats(-5, 5),
    clipnorm=st.none() | st.floats(0.1, 9),
)
def test_results_come_back_from_the_table(clipnorm, **changed):
    options = () if clipnorm is None else (("clipnorm", clipnorm), ("use_ema", True))
    results = [made(seed=3, optimizer_options=options, **changed), made(gap=200)]
    assert_same(read_results_csv(results_csv(results)), results)


def test_the_table_is_the_same_each_time_and_empty_for_nothing():
    results = curve()
    assert results_csv(results) == results_csv(list(results))
    assert read_results_csv(results_csv([])) == []
    head, first, *_ = results_csv(results).splitlines()
    assert head.startswith("task,cell,gap,length,variant,init,forget_bias,input_bias,units")
    assert first.startswith("recall,lstm,10,,,keras,,,32")


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", results_csv(curve()).replace("lstm,10", "lstm,ten")]
)
def test_what_is_no_such_table_is_told(text):
    with pytest.raises(ValueError, match=r"none of a study's results .*Pass a results.csv"):
        read_results_csv(text)


def shown(results, width=80):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(summary_table(results))
    return console.export_text()


def test_the_summary_fits_a_terminal_of_80_columns():
    text = shown(two_curves())
    assert max(map(len, text.splitlines())) <= 80
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "simple_rnn 10 5/5 (0.57-1.00) 120 (80-160) 12" in rows
    assert "50 2/5 (0.12-0.77) never (80-never) 23" in rows
    assert "200 0/5 (0.00-0.43) never 4" in rows
    assert "broke off" not in text
    assert "never: not within 1,000" in " ".join(rows)


def test_runs_that_broke_off_are_counted_apart():
    broken = made(seed=7, learned=False, verdict="failed", horizon=(None, None))
    text = shown([*curve(gaps=(10,)), broken])
    assert "broke off" in text
    assert "5/5" in text


def test_several_tasks_are_named():
    other = made(variant=None)
    other = type(other)(**vars(other) | {"run": type(other.run)("latch", "lstm", gap=10)})
    text = shown([made(), other], width=100)
    assert "recall: lstm" in text
    assert "latch: lstm" in text


def test_updates_in_words():
    def words(*updates):
        results = [
            made(seed=seed, learned=value is not None, updates=value)
            for seed, value in enumerate(updates)
        ]
        return updates_text(conditions(results)[0])

    assert words(40, 40, 40) == "40"
    assert words(40, 80, 1000) == "80 (40-1,000)"
    assert words(40, 80, None, None) == "80 (40-never)"
    assert words(None, None) == "never"
    [broken] = conditions([made(learned=False, verdict="failed")])
    assert updates_text(broken) == "-"
    assert math.isnan(broken.updates[0])


def test_a_horizon_that_is_no_number_is_told_in_words():
    nan = float("nan")
    lost = made(gap=200, learned=False, horizon=(nan, nan), decay=(nan, nan))
    text = shown([*curve(gaps=(10,)), lost])
    assert max(map(len, text.splitlines())) <= 80
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "200 0/1 (0.00-0.79) never no number" in rows
    [condition] = conditions([lost])
    assert (horizon_text(condition), decay_text(condition)) == ("no number", "no number")
    [broken] = conditions(
        [made(learned=False, verdict="failed", horizon=(None, None), decay=(nan, nan))]
    )
    assert (horizon_text(broken), decay_text(broken)) == ("-", "-")
    [usual] = conditions([made()])
    assert (horizon_text(usual), decay_text(usual)) == ("12", "-1.0")


def test_a_horizon_that_is_no_number_comes_back_from_the_table():
    results = [made(horizon=(float("nan"), 5), decay=(float("nan"), 0.5))]
    assert_same(read_results_csv(results_csv(results)), results)
