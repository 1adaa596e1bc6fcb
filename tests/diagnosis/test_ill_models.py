"""Real models: ill in one known way, the cause comes first; healthy though odd, no alarm."""

import ill_models
import pytest

from keras_rnn_study import diagnose
from keras_rnn_study.diagnosis import RULES

CASES = [(name, make) for name, cases in ill_models.ILL.items() for make in cases]
ONLY_NOTES = {"padding_side", "gradient_sum", "stateful_shuffled"}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_the_cause_comes_first(name, make):
    first = diagnose(**make())[0]
    assert (first.name, first.because) == (name, None)
    assert first.severity in ("error", "warning")


@pytest.mark.slow
@pytest.mark.parametrize("make", ill_models.HEALTHY, ids=lambda make: make.__name__)
def test_a_healthy_model_that_looks_odd_gets_no_alarm(make):
    assert diagnose(**make()).alarms.names == []


def test_each_rule_has_an_ill_model():
    assert {rule.name for rule in RULES} - ONLY_NOTES == set(ill_models.ILL)
