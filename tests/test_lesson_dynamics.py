"""The pictures of lesson 8 show what they are given."""

import importlib
import sys
import types
from pathlib import Path

import numpy as np
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture
def dynamics(monkeypatch):
    monkeypatch.syspath_prepend(str(NOTEBOOKS))
    yield importlib.import_module("lesson_dynamics")
    for name in ("lesson_dynamics", "lesson", "lesson_words"):
        sys.modules.pop(name, None)


def test_fan_has_a_line_for_each_singular_value(dynamics):
    values = -np.arange(1, 5.0)[:, None] * [1, 2, 3]  # (steps, states), log10
    gain = types.SimpleNamespace(singular_values=values[None], gradient=None)
    seen = types.SimpleNamespace(singular_values=values[None], gradient=1.5 * values[None, :, 0])
    left, right = dynamics.fans({"a": gain, "b": seen}, 0.1, "tenth").axes
    named = {line.get_label(): line.get_ydata() for line in right.lines}
    np.testing.assert_array_equal(named["largest singular value"], [-1, -2, -3, -4])
    np.testing.assert_array_equal(named["this loss's gradient"], [-1.5, -3, -4.5, -6])
    np.testing.assert_allclose(named["tenth"], [-1, -2, -3, -4])
    assert len(right.lines) == len(left.lines) + 1


def test_trainings_that_failed_are_marked_apart(dynamics):
    before, after = [-0.5, 0.0, 0.3], [-0.6, 0.01, 0.4]
    left, right = dynamics.edge(before, after, [np.nan, 100.0, np.nan]).axes
    by_name = {line.get_label(): line for line in left.lines}
    np.testing.assert_array_equal(by_name["not learned"].get_xdata(), [-0.5, 0.3])
    assert min(by_name["not learned"].get_ydata()) > 100
    by_name = {line.get_label(): line for line in right.lines}
    np.testing.assert_array_equal(by_name["learned"].get_ydata(), [0.01])
    np.testing.assert_array_equal(by_name["not learned"].get_ydata(), [-0.6, 0.4])
