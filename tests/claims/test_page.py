"""The page shows each claim's own numbers, in both languages, and stands alone."""

import json
import re

import pytest
from rich.console import Console
from test_judgements import HOLDING

from keras_rnn_study.claims import CLAIMS
from keras_rnn_study.claims.charts import chart, headline
from keras_rnn_study.claims.chinese import NUMBERS, VERDICTS, WORDS
from keras_rnn_study.claims.chinese_evidence import evidence
from keras_rnn_study.claims.claim import CONDITION, Judgement
from keras_rnn_study.claims.claim import VERDICTS as ALL_VERDICTS
from keras_rnn_study.claims.page import claims_page
from keras_rnn_study.cli.views.claims import claims_view
from keras_rnn_study.study.plain_json import to_json

JUDGEMENTS = {claim.name: claim.judge(HOLDING[claim.name]) for claim in CLAIMS}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    directory = tmp_path_factory.mktemp("measured")
    for name, numbers in HOLDING.items():
        (directory / f"{name}.json").write_text(json.dumps(numbers))
    return claims_page(JUDGEMENTS, directory)


def test_all_claims_have_chinese_words_and_a_number():
    names = {claim.name for claim in CLAIMS}
    assert set(WORDS) == set(NUMBERS) == names
    assert set(VERDICTS) == set(ALL_VERDICTS)


def test_each_claim_has_its_sentences_its_picture_its_number_and_a_fold(page):
    sections = re.findall(r"<section>.*?</section>", page, re.DOTALL)
    assert len(sections) == len(CLAIMS)
    for claim, section in zip(CLAIMS, sections, strict=True):
        assert f"{claim.name}. " in section
        assert WORDS[claim.name].statement in section
        assert headline(claim.name, HOLDING[claim.name]) in section
        assert section.count("<svg") == 1
        assert section.count("<details>") == 1
        assert "成立" in section


def test_needs_no_network(page):
    assert not re.search(r'(?:src|href)="(?!https://colah|#)', page.replace("xlink:", ""))


def test_a_picture_has_the_numbers():
    few = chart("C4", HOLDING["C4"])
    assert few == chart("C4", HOLDING["C4"])  # the same numbers, the same bytes
    rows = [row | {"learned": 0} for row in HOLDING["C4"]["rows"]]
    assert chart("C4", HOLDING["C4"] | {"rows": rows}) != few


def test_what_was_not_measured_has_no_picture(tmp_path):
    page = claims_page({"C1": Judgement("not measured", "Not measured: <broken>.")}, tmp_path)
    assert "<svg" not in page
    assert "&lt;broken&gt;" in page


def test_a_condition_is_told_in_both_languages(tmp_path):
    judgement = Judgement(CONDITION, "Numbers.\nCondition: only so.")
    page = claims_page({"C5": judgement}, tmp_path)
    assert "Condition: only so." in page
    assert WORDS["C5"].condition in page


@pytest.mark.parametrize("name", HOLDING)
def test_the_evidence_has_the_same_numbers_in_both_languages(name):
    in_english = JUDGEMENTS[name].evidence.partition("\nCondition")[0]
    in_chinese = evidence(name, JUDGEMENTS[name], json.loads(to_json(HOLDING[name])))
    english, chinese = (
        set(re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)) for text in (in_english, in_chinese)
    )
    assert len(english) > 5
    assert english - chinese == set()
    assert chinese - english <= {"64", "1"}  # "64-bit", and the radius that "radius 1" names
    known = r"SimpleRNN|NumPy|LSTM|Keras|tanh|sigmoid|glorot|chrono|recall|dL|dc|[a-zA-Z]\b"
    assert not re.findall(rf"(?!{known})\b[a-zA-Z]{{2,}}", in_chinese)


def test_the_evidence_of_what_broke_off_is_told_as_it_is():
    broken = Judgement("not measured", "Not measured: it broke off.")
    assert "it broke off" in evidence("C3", broken, None)
    no_number = {"loss": [None, None], "saturated": [None, 1.0]}  # after an explosion
    after = HOLDING["C3"]["after"] | {"unclipped": no_number}
    norms = HOLDING["C3"]["norms"] | {"unclipped": {"largest": ["Infinity"], "applied": [1.0]}}
    said = evidence("C3", JUDGEMENTS["C3"], HOLDING["C3"] | {"after": after, "norms": norms})
    assert "inf" in said
    assert "nan" in said


def test_the_terminal_speaks_chinese(tmp_path):
    (tmp_path / "C5.json").write_text(json.dumps(HOLDING["C5"]))
    console = Console(record=True, width=80)
    console.print(claims_view({"C5": Judgement(CONDITION, "Numbers.")}, "zh", tmp_path))
    text = "".join(console.export_text().split())
    assert "Numbers." not in text
    assert "5个中学会5个（57%–100%）" in text
    assert "有条件地成立" in text
    for said in (WORDS["C5"].statement, WORDS["C5"].condition, WORDS["C5"].rule):
        assert "".join(said.split()) in text
    assert "…" not in text
