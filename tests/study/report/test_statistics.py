"""Intervals, censored quartiles and rank correlations, against SciPy and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_rnn_study.study.report.statistics import (
    bootstrap,
    censored_quartiles,
    rank_correlation,
    wilson,
)


@pytest.mark.parametrize("trials", [1, 2, 5, 20, 1000])
def test_wilson_is_scipys(trials):
    from scipy.stats import binomtest

    for successes in {0, 1, trials // 2, trials - 1, trials}:
        expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
        assert wilson(successes, trials) == pytest.approx(tuple(expected), abs=1e-12)


def test_wilson_at_the_ends():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="Received 3 successes of 2 trials; expected from 0"):
        wilson(3, 2)


@given(st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=1, max_size=12))
def test_a_quartile_is_the_first_value_that_enough_do_not_exceed(values):
    later = [math.inf if value is None else value for value in values]
    for share, quartile in zip((0.25, 0.5, 0.75), censored_quartiles(values), strict=True):
        reached = [v for v in sorted(later) if sum(w <= v for w in later) >= share * len(later)]
        assert quartile == reached[0]


def test_what_never_happened_is_later_than_everything():
    assert censored_quartiles([None, 40, None, 80]) == (40.0, 80.0, math.inf)
    assert censored_quartiles([None]) == (math.inf,) * 3
    assert np.isnan(censored_quartiles([])).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_rank_correlation_is_scipys(pairs):
    from scipy.stats import spearmanr

    a, b = map(list, zip(*pairs, strict=True))
    found = rank_correlation(a, b)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(a, b).statistic, abs=1e-12)


def test_rank_correlation_of_infinities_and_of_nothing():
    assert rank_correlation([-math.inf, 0, 1], [1, 2, 3]) == pytest.approx(1)
    assert math.isnan(rank_correlation([1], [1]))
    with pytest.raises(ValueError, match="Leave out pairs of which one is not known"):
        rank_correlation([1, math.nan], [1, 2])
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(3,\)"):
        rank_correlation([1, 2], [1, 2, 3])


def test_bootstrap_is_about_the_spread_of_the_mean():
    items = list(np.random.default_rng(1).normal(5, 2, size=200))
    low, high = bootstrap(np.mean, items)
    error = 1.96 * np.std(items) / 200**0.5
    assert (low, high) == pytest.approx((np.mean(items) - error, np.mean(items) + error), abs=0.08)
    assert bootstrap(np.mean, items) == (low, high)  # the same each time


def test_bootstrap_of_what_is_never_defined():
    assert np.isnan(bootstrap(lambda items: math.nan, [1, 2])).all()
