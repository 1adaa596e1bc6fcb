"""C4 and C5 on the results of a sweep that nobody ran."""

import json

import pytest

from keras_rnn_study.claims import c4_gap, c5_lstm, gap_study
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Result

CONFIGURATIONS = [
    ("simple_rnn", "keras"),
    ("simple_rnn", "glorot"),
    ("lstm", "keras"),
    ("lstm", "chrono"),
]


def result(cell, init, gap, seed, verdict, decay=(-1.0, 0.0)):
    run = Run("recall", cell, gap=gap, init=init, seed=seed, steps=gap_study.STEPS)
    return Result(run=run, verdict=verdict, ended="", decay=decay)


def results(verdicts, seeds=5):
    """Verdicts: dict of (cell, init, gap) to one for all seeds or a list of one each."""
    return [
        result(cell, init, gap, seed, verdicts.get((cell, init, gap), "learned"))
        for cell, init in CONFIGURATIONS
        for gap in gap_study.GAPS
        for seed in range(seeds)
    ]


RNNS_FAIL = {("simple_rnn", init, 100): "at chance" for init in ("keras", "glorot")}


def judged(module, given):
    return module.judge(json.loads(json.dumps(module.measure(given))))


def test_study_has_what_the_claims_need():
    runs = gap_study.gap_study().runs()
    assert {(run.cell, run.init) for run in runs} == set(CONFIGURATIONS)
    assert {run.gap for run in runs} == {10, 50, 100}
    assert len(runs) == 4 * 3 * 5
    assert {run.steps for run in runs} == {640}
    assert gap_study.gap_study().protocol.give_up == 1  # each run has all of its steps


def test_runs_are_counted():
    given = [
        result("lstm", "chrono", 10, seed, verdict)
        for seed, verdict in enumerate(["learned", "in part", "diverged", "failed", "learned"])
    ]
    # One that diverged did not learn; one that broke off says nothing.
    assert gap_study.tally([*given, result("lstm", "keras", 10, 0, "at chance")]) == [
        {"cell": "lstm", "init": "chrono", "gap": 10, "learned": 2, "trials": 4, "failed": 1},
        {"cell": "lstm", "init": "keras", "gap": 10, "learned": 0, "trials": 1, "failed": 0},
    ]


class TestC4:
    def test_only_simple_rnns_count(self):
        numbers = c4_gap.measure(results({}))
        assert {row["cell"] for row in numbers["rows"]} == {"simple_rnn"}
        assert numbers["steps"] == 640
        assert numbers["task"] == "recall"

    @pytest.mark.parametrize(
        ("verdicts", "verdict"),
        [
            (RNNS_FAIL, "holds"),
            ({("simple_rnn", "glorot", 100): "at chance"}, "holds with a condition"),
            ({}, "does not hold"),
            ({("simple_rnn", "glorot", 10): "failed"}, "not measured"),
        ],
    )
    def test_judged(self, verdicts, verdict):
        assert judged(c4_gap, results(verdicts)).verdict == verdict

    def test_gaps_are_told_apart_whatever_their_order(self):
        judgement = judged(c4_gap, results(RNNS_FAIL)[::-1])
        assert judgement.verdict == "holds"
        assert "orthogonal start: gap 10 5 of 5 (57-100 %), gap 50 " in judgement.evidence

    def test_nothing_swept(self):
        assert judged(c4_gap, []).verdict == "not measured"


class TestC5:
    def test_only_the_largest_gap_counts(self):
        numbers = c5_lstm.measure(results({}))
        assert numbers["gap"] == 100
        assert {row["gap"] for row in numbers["rows"]} == {100}
        assert len(numbers["rows"]) == 4

    def test_forget_gate_is_that_of_keras(self):
        numbers = c5_lstm.measure(results({}))
        assert numbers["forget_gate"] == pytest.approx(0.7310586)
        assert numbers["kept"] == pytest.approx(2.49e-14, rel=0.05)

    def test_decay_is_the_median_before_training_of_each_start(self):
        given = [
            result("lstm", init, 100, seed, "learned", decay=(value, 5.0))
            for init, values in (("keras", [-3.0, float("nan"), -9.0, -7.0]), ("chrono", [-1.0]))
            for seed, value in enumerate(values)
        ]
        numbers = c5_lstm.measure([*given, result("simple_rnn", "keras", 100, 0, "learned")])
        assert numbers["decay"] == {"keras": -7.0, "chrono": -1.0}

    @pytest.mark.parametrize(
        ("verdicts", "verdict"),
        [
            (RNNS_FAIL, "holds"),
            (RNNS_FAIL | {("lstm", "keras", 100): "in part"}, "holds with a condition"),
            (
                RNNS_FAIL | {("lstm", init, 100): "diverged" for init in ("keras", "chrono")},
                "does not hold",
            ),
            ({}, "not measured"),
            (RNNS_FAIL | {("lstm", "keras", 100): "failed"}, "not measured"),
        ],
    )
    def test_judged(self, verdicts, verdict):
        assert judged(c5_lstm, results(verdicts)).verdict == verdict

    def test_nothing_swept(self):
        assert judged(c5_lstm, []).verdict == "not measured"
