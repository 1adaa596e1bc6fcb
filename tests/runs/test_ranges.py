"""The table of what the numbers of a run may be, and that everybody keeps to it."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_rnn_study.runs import Run, ranges
from keras_rnn_study.runs.ranges import OPTIONAL, RANGES
from keras_rnn_study.study import Study

USUAL = {"task": "recall", "cell": "lstm", "gap": 5}


def arguments(name, value):
    """Of a run that has that setting."""
    task = {"task": "adding", "variant": "le_2015"} if name == "length" else {"task": "recall"}
    size = {} if name in ("gap", "length") else {"gap": 5}
    return task | size | {"cell": "lstm", name: value}


def right(name):
    kind = RANGES[name]
    low = max(kind.low, 2) if name == "length" else kind.low  # which le_2015 asks for
    if kind.whole:
        return st.integers(int(low), int(kind.high))
    return st.floats(low, kind.high, exclude_min=kind.above)


def wrong(name):
    kind = RANGES[name]
    others = st.one_of(
        st.text(max_size=5),
        st.booleans(),
        st.lists(st.integers(), max_size=2),
        st.just({}),
        st.just(math.nan),
        st.just(np.array([1, 2])),
        st.complex_numbers(),
        *([] if name in OPTIONAL else [st.none()]),
    )
    beyond = st.floats(allow_nan=False) | st.integers()
    if kind.whole:
        beyond = st.floats() | st.integers().filter(lambda n: not kind.low <= n <= kind.high)
    else:
        beyond = beyond.filter(
            lambda n: not kind.low <= n <= kind.high or (kind.above and n == kind.low)
        )
    return others | beyond


@pytest.mark.parametrize("name", RANGES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_run_takes_what_is_in_the_table(name, data):
    value = data.draw(right(name))
    assert getattr(Run(**arguments(name, value)), name) == value


@pytest.mark.parametrize("name", RANGES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_run_refuses_all_else_in_a_line_that_says_how_to_mend_it(name, data):
    value = data.draw(wrong(name))
    with pytest.raises(ValueError, match=rf"^{name} must be .*Pass, for example, {name}=") as error:
        Run(**arguments(name, value))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("name", sorted(RANGES.keys() - {"seed"}))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_so_does_a_study(name, data):
    value = data.draw(wrong(name).filter(lambda value: not isinstance(value, list | np.ndarray)))
    with pytest.raises(ValueError, match=rf"{name} (must be|takes) "):
        Study(**arguments(name, value))


def test_every_number_of_a_run_is_in_the_table():
    numbers = (int, float, int | None, float | None)
    fields = {field.name for field in dataclasses.fields(Run) if field.type in numbers}
    assert fields == set(RANGES)


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8])
def test_numbers_of_numpy_become_pythons(kind):
    run = Run("recall", "lstm", gap=kind(5), units=kind(8), learning_rate=np.float32(0.5))
    assert [type(value) for value in (run.gap, run.units, run.learning_rate)] == [int, int, float]
    assert run == Run("recall", "lstm", gap=5, units=8, learning_rate=0.5)


def test_an_int_stays_one_where_a_float_is_meant():
    assert type(Run(**USUAL, forget_bias=3).forget_bias) is int  # runs on disk are named after it


def test_examples_are_in_their_own_range():
    for name, kind in RANGES.items():
        assert kind.check(name, kind.example) == kind.example


def test_what_is_optional_may_be_none():
    assert [ranges.check(name, None) for name in OPTIONAL] == [None] * len(OPTIONAL)


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_are_where_the_table_says(name):
    kind = RANGES[name]
    step = 1 if kind.whole else 1e-9
    for value in (kind.low, kind.high):
        if not (kind.above and value == kind.low):
            assert kind.check(name, value) == value
    for value in (kind.low - step, kind.high + 1, *([kind.low] if kind.above else [])):
        with pytest.raises(ValueError, match=rf"{name} must be "):
            kind.check(name, value)
