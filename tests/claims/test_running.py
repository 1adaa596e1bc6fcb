"""`run_claims` and its view, without a network."""

import io
import json

import pytest
from rich.console import Console

from keras_rnn_study.claims import CLAIMS, running
from keras_rnn_study.claims.claim import Claim, Judgement
from keras_rnn_study.cli.views.claims import claims_view


def made_up(name, measure, study=None):
    def judge(numbers):
        return Judgement("holds", f"{name} saw {numbers}")

    return Claim(name, "statement", "rule", measure, judge, study)


def broken():
    raise RuntimeError("out of memory")


@pytest.fixture
def claims(monkeypatch):
    """C1 measures, C2 breaks, C4 and C5 need a sweep; and what the sweep was asked for."""
    asked = []

    def sweep(study, directory, **options):
        asked.append((study, directory, options))
        return ["result"]

    made = [
        made_up("C1", lambda: {"difference": 0.5}),
        made_up("C2", broken),
        made_up("C4", lambda results: {"results": results}, study=lambda: "gaps"),
        made_up("C5", lambda results: {"count": len(results)}, study=lambda: "gaps"),
    ]
    monkeypatch.setattr(running, "CLAIMS", made)
    monkeypatch.setattr(running, "get", {claim.name: claim for claim in made}.__getitem__)
    monkeypatch.setattr("keras_rnn_study.study.sweep", sweep, raising=False)
    return asked


def test_numbers_are_kept_and_judged(claims, tmp_path):
    judgements = running.run_claims(tmp_path / "new" / "claims", ["C1"])
    assert judgements == {"C1": Judgement("holds", "C1 saw {'difference': 0.5}")}
    kept = json.loads((tmp_path / "new" / "claims" / "C1.json").read_text())
    assert kept == {"difference": 0.5}


def test_claims_share_one_sweep(claims, tmp_path):
    progress = print
    judgements = running.run_claims(tmp_path, ["C4", "C5"], jobs=3, on_sweep=progress)
    assert [j.evidence for j in judgements.values()] == [
        "C4 saw {'results': ['result']}",
        "C5 saw {'count': 1}",
    ]
    options = {"jobs": 3, "retry_failed": True, "on_progress": progress}
    assert claims == [("gaps", tmp_path / "gaps", options)] * 2


def test_what_breaks_does_not_stop_the_others(claims, tmp_path):
    (tmp_path / "C2.json").write_text("{}")  # of an earlier time
    judgements = running.run_claims(tmp_path)
    assert list(judgements) == ["C1", "C2", "C4", "C5"]
    assert judgements["C2"].verdict == "not measured"
    assert "RuntimeError: out of memory" in judgements["C2"].evidence
    assert judgements["C5"].verdict == "holds"
    assert not (tmp_path / "C2.json").exists()


def test_progress_is_told(claims, tmp_path):
    told = []
    running.run_claims(tmp_path, ["C1", "C2"], on_progress=lambda c, j: told.append((c.name, j)))
    assert [(name, j and j.verdict) for name, j in told] == [
        ("C1", None),
        ("C1", "holds"),
        ("C2", None),
        ("C2", "not measured"),
    ]


def test_unknown_claim(tmp_path):
    with pytest.raises(ValueError, match=r"Unknown claim 'c2'.*Did you mean 'C2'"):
        running.run_claims(tmp_path / "new", ["C1", "c2"])
    assert not (tmp_path / "new").exists()


def test_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"Cannot write to .*file.*Choose another directory"):
        running.run_claims(tmp_path / "file" / "claims", ["C1"])


VERDICTS = ["holds", "holds with a condition", "does not hold", "not measured", "holds", "holds"]
JUDGEMENTS = {
    claim.name: Judgement(verdict, f"Evidence of {claim.name}, " + "1.0e-06, " * 20)
    for claim, verdict in zip(CLAIMS, VERDICTS, strict=True)
}


@pytest.fixture(scope="module")
def lines():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(claims_view(JUDGEMENTS))
    return console.export_text().splitlines()


def test_view_fits_a_terminal_of_80_columns(lines):
    assert max(map(len, lines)) <= 80


def test_view_says_all_of_each_claim_in_order(lines):
    text = " ".join(" ".join(lines).split())
    at = 0
    for claim in CLAIMS:
        judgement = JUDGEMENTS[claim.name]
        parts = [claim.name, claim.statement, judgement.evidence, judgement.verdict, claim.rule]
        for part in parts:
            at = text.index(" ".join(part.split()), at)
