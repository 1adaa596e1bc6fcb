"""docs/diagnosis.md says what the rules say; `docs/diagnosis_page.py` writes it."""

from pathlib import Path

import pytest

from keras_rnn_study.diagnosis import RULES
from keras_rnn_study.diagnosis.remedies import CELL

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "diagnosis.md"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_has_the_rule_as_it_is(rule):
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"### {rule.name}\n")[2].partition("\n### ")[0]
    remedy = rule.remedy.replace(CELL, "LSTM")
    texts = (rule.question, rule.why, rule.statistic, rule.threshold, rule.false_alarm, remedy)
    assert all(text in section for text in texts), "run: python docs/diagnosis_page.py"
    assert (ROOT / "notebooks" / f"{rule.lesson}.ipynb").exists()
