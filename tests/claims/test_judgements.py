"""The rules, on numbers that nobody measured: of each kind that a rule tells apart."""

import copy
import subprocess
import sys

import pytest

from keras_rnn_study.claims.agreement import agreement
from keras_rnn_study.claims.catalog import CLAIMS, get
from keras_rnn_study.claims.claim import Judgement, missing, verdict_of

NAN = float("nan")
HOLDS, CONDITION, FAILS, NOT_MEASURED = (
    "holds",
    "holds with a condition",
    "does not hold",
    "not measured",
)


def row(cell, init, gap, learned, trials=5, failed=0):
    return {
        "cell": cell,
        "init": init,
        "gap": gap,
        "learned": learned,
        "trials": trials,
        "failed": failed,
    }


GONE = {
    "time": [102, 102],
    "horizon": [20, 22],
    "decay": [-9.0, -9.5],
    "horizon_without_ends": [102, 102],
    "decay_without_slopes": [-1.0, -1.2],
    "slope": [0.4, 0.5],
    "saturated": [0.1, 0.2],
    "beyond": [0.001, 0.002],
    "far_half": [0.0, 0.0],
}
KEPT = GONE | {"horizon": [102, 102], "decay": [-0.5, -0.4], "beyond": [0.0, 0.0]}
KEPT |= {"far_half": [0.4, 0.45]}
NO_EXPLOSION = {"largest": [1.1, 1.3], "applied": [1.1, 1.3]}

# Numbers with which each claim holds.
HOLDING = {
    "C1": {
        "steps": [31, 71],
        "difference": 3e-7,
        "difference_without_tanh": 0.4,
        "weights": [2080, 2080],
        "blocks": {"simple_rnn": 1, "lstm": 4},
        "activation": "tanh",
    },
    "C2": {
        "slopes": {"sigmoid": [4.5e-5, 0.25, 4.5e-5], "tanh": [8e-9, 1.0, 8e-9]},
        "situations": {
            f"{start}, {when} training": dict(GONE)
            for start in ("orthogonal", "glorot")
            for when in ("before", "after")
        },
    },
    "C3": {
        "growth": [
            {"inputs": "ordinary", "radius": 1.5, "growth": [1.2, 1.25], "saturated": [0.3, 0.4]},
            {"inputs": "ordinary", "radius": 0.9, "growth": [0.85, 0.8], "saturated": [0.0, 0.0]},
            {"inputs": "faint", "radius": 1.5, "growth": [1.5, 1.5], "saturated": [0.0, 0.0]},
            {"inputs": "faint", "radius": 0.9, "growth": [0.9, 0.9], "saturated": [0.0, 0.0]},
        ],
        "norms": {
            "radius 1": NO_EXPLOSION,
            "unclipped": {"largest": [160.0, 1e12], "applied": [160.0, 1e12]},
            "clipped": {"largest": [600.0, 640.0], "applied": [1.0, 1.0]},
        },
        "after": {
            "radius 1": {"loss": [2.09, 2.1], "saturated": [0.0, 0.0]},
            "unclipped": {"loss": [2.1, 2.2], "saturated": [0.7, 1.0]},
            "clipped": {"loss": [2.1, 2.4], "saturated": [0.1, 0.1]},
        },
        "clipnorm": 1.0,
    },
    "C4": {
        "task": "recall",
        "steps": 640,
        "rows": [
            row("simple_rnn", init, gap, learned)
            for init in ("keras", "glorot")
            for gap, learned in ((10, 5), (50, 2), (100, 0))
        ],
    },
    "C5": {
        "task": "recall",
        "steps": 640,
        "gap": 100,
        "rows": [
            row("simple_rnn", "keras", 100, 0),
            row("simple_rnn", "glorot", 100, 0),
            row("lstm", "keras", 100, 5),
            row("lstm", "chrono", 100, 5),
        ],
        "forget_gate": 0.731,
        "kept": 2.4e-14,
        "decay": {"keras": -7.8, "chrono": -0.7},
    },
    "C6": {
        "loop": "fused",
        "steps": 12,
        "blocks": 4,
        "activations": {
            "input": "sigmoid",
            "forget": "sigmoid",
            "candidate": "tanh",
            "output": "sigmoid",
        },
        "ranges": {
            "input": [0.01, 0.99],
            "forget": [0.2, 0.98],
            "candidate": [-0.97, 0.99],
            "output": [0.03, 0.9],
        },
        "differences": {
            "input": 1e-7,
            "forget": 1e-7,
            "candidate": 2e-7,
            "output": 1e-7,
            "c": 4e-7,
            "h": 3e-7,
        },
        "pointwise": {"c": 1e-7, "h": 1e-7},
        "exchanged": 0.6,
    },
}

# Claim, what is changed (path -> value), the verdict, and what the evidence has to say.
CASES = [
    ("C1", {}, HOLDS, ["31 and 71 steps", "3e-07", "2080 and 2080", "1 (LSTM: 4)", ": tanh."]),
    ("C1", {"difference": 2e-3}, CONDITION, ["0.002", "Condition: only to the coarser rounding"]),
    ("C1", {"difference": 0.3}, FAILS, ["0.3"]),
    ("C1", {"weights": [2080, 4160]}, FAILS, ["2080 and 4160"]),
    ("C1", {"activation": "relu"}, FAILS, ["activation: relu"]),
    ("C1", {"blocks.simple_rnn": 2}, FAILS, ["weights: 2"]),
    ("C1", {"difference_without_tanh": 1e-5}, NOT_MEASURED, ["too small to tell"]),
    ("C1", {"difference": NAN}, NOT_MEASURED, ["difference"]),
    ("C2", {}, HOLDS, ["orthogonal, before", "20 to 22 steps back", "0.2 %", "10 to 20 %"]),
    (
        "C2",
        {"situations.orthogonal, before training": KEPT},
        CONDITION,
        ["first half gives 40 to 45 %", "Condition: not in orthogonal, before training."],
    ),
    # One seed that keeps its gradient is enough.
    (
        "C2",
        {"situations.glorot, after training.horizon": [20, 102]},
        CONDITION,
        ["Condition: not in glorot, after training."],
    ),
    # It falls below a thousandth, but what is beyond still counts.
    ("C2", {"situations.glorot, after training.beyond": [0.0, 0.2]}, CONDITION, ["not in glorot"]),
    # It vanishes everywhere, but somewhere it would without saturated units too.
    (
        "C2",
        {"situations.glorot, after training.horizon_without_ends": [102, 30]},
        CONDITION,
        ["Condition: in 1 of the 4 situations where", "the ends are not the reason", "0.40 to 0.5"],
    ),
    (
        "C2",
        {"situations": {"a": KEPT, "b": GONE | {"horizon_without_ends": [22, 22]}}},
        CONDITION,
        ["Condition: not in a; and in 1 of the 1 situations"],
    ),
    ("C2", {"situations": {"a": KEPT, "b": KEPT}}, FAILS, ["first half gives"]),
    ("C2", {"slopes.tanh": [0.0, 1.0, 1.0]}, FAILS, ["tanh 0e+00, 1, 1e+00"]),
    ("C2", {"slopes.sigmoid": [-0.2, 0.25, 0.0]}, FAILS, ["-2e-01"]),
    ("C2", {"situations": {}}, NOT_MEASURED, ["situations"]),
    ("C2", {"situations.glorot, before training.beyond": [NAN, 0]}, NOT_MEASURED, ["beyond.0"]),
    (
        "C3",
        {},
        HOLDS,
        ["times 1.20 to 1.25 a step", "1.6e+02 to 1e+12", "applied 1;", "30 to 40 %"],
    ),
    # One seed is enough.
    (
        "C3",
        {"growth.0.growth": [1.2, 0.9]},
        CONDITION,
        ["0.90 to 1.20", "Condition: not on ordinary inputs at radius 1.5."],
    ),
    # If it grows at a small radius as well, it is not the radius that makes it grow.
    ("C3", {"growth.3.growth": [1.01, 0.9]}, CONDITION, ["not on faint inputs at radius 0.9."]),
    ("C3", {"norms.unclipped": NO_EXPLOSION}, CONDITION, ["Condition: not in training."]),
    ("C3", {"norms.unclipped.largest": [12.9, 1e6]}, CONDITION, ["Condition: not in training."]),
    (
        "C3",
        {"growth.0.growth": [0.9, 0.9], "growth.2.growth": [0.99, 0.99]},
        CONDITION,
        ["not on ordinary inputs at radius 1.5, on faint inputs at radius 1.5."],
    ),
    (
        "C3",
        {
            "growth.0.growth": [0.9, 0.9],
            "growth.2.growth": [0.99, 0.99],
            "norms.unclipped": NO_EXPLOSION,
        },
        FAILS,
        ["0.99", "largest norm 1.1 to 1.3"],
    ),
    # What an explosion may come to.
    ("C3", {"after.unclipped": {"loss": [NAN], "saturated": [NAN]}}, HOLDS, ["loss nan"]),
    ("C3", {"norms.unclipped.largest": [float("inf")]}, HOLDS, ["largest norm inf"]),
    ("C3", {"growth.2.growth": [1.5, NAN]}, NOT_MEASURED, ["growth.2.growth.1"]),
    ("C3", {"norms.unclipped.largest": []}, NOT_MEASURED, ["norms.unclipped.largest"]),
    (
        "C4",
        {},
        HOLDS,
        ["orthogonal start: gap 10 5 of 5 (57-100 %), gap 50", "100 0 of 5 (0-43 %)", "640"],
    ),
    # The orthogonal start still learns the large gap.
    (
        "C4",
        {"rows.2.learned": 4},
        CONDITION,
        ["4 of 5", "Condition: with the glorot start."],
    ),
    ("C4", {"rows.2.learned": 5, "rows.5.learned": 5}, FAILS, ["gap 100 5 of 5 (57-100 %)"]),
    # 3 of 5 against 0 of 5: the intervals overlap.
    ("C4", {"rows.0.learned": 3, "rows.3.learned": 3}, FAILS, ["3 of 5 (23-88 %)"]),
    # The large gap is learned and the small one is not: apart, but the wrong way round.
    (
        "C4",
        {"rows.0.learned": 0, "rows.2.learned": 5, "rows.3.learned": 0, "rows.5.learned": 5},
        FAILS,
        ["gap 10 0 of 5 (0-43 %)"],
    ),
    ("C4", {"rows.0.learned": 0, "rows.3.learned": 0}, FAILS, ["gap 10 0 of 5 (0-43 %)"]),
    (
        "C4",
        {"rows.2": row("simple_rnn", "keras", 100, 0, trials=0, failed=5)},
        NOT_MEASURED,
        ["too few runs", "orthogonal", "gap 100 no run (5 broke off)"],
    ),
    ("C4", {"rows.3": row("simple_rnn", "glorot", 10, 2, trials=2)}, NOT_MEASURED, ["too few"]),
    ("C4", {"rows": [row("simple_rnn", "keras", 10, 5)]}, NOT_MEASURED, ["too few runs or gaps"]),
    ("C4", {"rows": [], "task": None}, NOT_MEASURED, ["task", "rows"]),
    ("C5", {}, HOLDS, ["LSTM as Keras starts it: 5 of 5", "0.73^100 is 2e-14", "10^-7.8"]),
    (
        "C5",
        {"rows.2.learned": 0},
        CONDITION,
        ["it: 0 of 5 (0-43 %)", "Condition: its gates have to start at the memory times"],
    ),
    # By a little better than the SimpleRNN it does not count as avoided.
    ("C5", {"rows.2.learned": 3}, CONDITION, ["it: 3 of 5"]),
    ("C5", {"rows.2.learned": 0, "rows.3.learned": 0}, FAILS, ["LSTM, chrono: 0 of 5"]),
    # One SimpleRNN that is as good is enough, and then there is no problem to avoid.
    ("C5", {"rows.1.learned": 5}, NOT_MEASURED, ["learned this gap too"]),
    # Not learned by most of the SimpleRNNs, and yet not told apart from the LSTMs.
    ("C5", {"rows.0.learned": 2}, FAILS, ["orthogonal: 2 of 5"]),
    ("C5", {"rows.3.trials": 0, "rows.3.learned": 0}, NOT_MEASURED, ["too few runs"]),
    ("C5", {"rows": [row("lstm", "keras", 100, 5)]}, NOT_MEASURED, ["are needed"]),
    ("C5", {"rows": [], "kept": None}, NOT_MEASURED, ["rows", "kept"]),
    ("C5", {"decay": {}}, HOLDS, ["before training: unknown"]),
    ("C6", {}, HOLDS, ["fused loop", "4 learned layers", "4e-07", "worst: c", "-0.97 to 0.99"]),
    ("C6", {"differences.forget": 1e-3}, CONDITION, ["worst: forget", "Condition: only to"]),
    ("C6", {"pointwise.h": 1e-3}, CONDITION, ["0.001", "Condition: only to"]),
    ("C6", {"loop": "keras"}, CONDITION, ["Condition: seen on Keras' own loop"]),
    ("C6", {"differences.forget": 0.4}, FAILS, ["worst: forget"]),
    ("C6", {"pointwise.c": 0.4}, FAILS, ["0.4"]),
    ("C6", {"blocks": 3}, FAILS, ["3 learned layers"]),
    ("C6", {"activations.candidate": "sigmoid"}, FAILS, []),
    ("C6", {"ranges.forget": [-0.1, 0.9]}, FAILS, ["forget -0.10 to 0.90"]),
    ("C6", {"ranges.candidate": [-1.2, 0.9]}, FAILS, []),
    ("C6", {"exchanged": 1e-4}, NOT_MEASURED, ["could be exchanged"]),
    ("C6", {"differences.c": NAN}, NOT_MEASURED, ["differences.c"]),
]


def changed(numbers, changes):
    numbers = copy.deepcopy(numbers)
    for path, value in changes.items():
        *inner, last = path.split(".")
        place = numbers
        for key in inner:
            place = place[int(key) if isinstance(place, list) else key]
        place[int(last) if isinstance(place, list) else last] = value
    return numbers


@pytest.mark.parametrize(
    ("name", "changes", "verdict", "said"), CASES, ids=[f"{c[0]}-{c[2]}-{c[1]}" for c in CASES]
)
def test_verdict_follows_from_the_numbers(name, changes, verdict, said):
    numbers = changed(HOLDING[name], changes)
    before = copy.deepcopy(numbers)
    judgement = get(name).judge(numbers)
    assert judgement.verdict == verdict, judgement.evidence
    for part in said:
        assert part in judgement.evidence
    assert ("Condition: " in judgement.evidence) == (verdict == CONDITION)
    assert judgement.evidence.startswith("Not measured: ") == (verdict == NOT_MEASURED)
    assert str(numbers) == str(before)  # judging changes nothing


def test_each_claim_can_come_out_in_each_way():
    for claim in CLAIMS:
        verdicts = {verdict for name, _, verdict, _ in CASES if name == claim.name}
        assert verdicts == {HOLDS, CONDITION, FAILS, NOT_MEASURED}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_no_numbers_are_no_verdict(claim):
    assert claim.judge({}).verdict == NOT_MEASURED


def test_judging_waits_for_no_tensorflow():
    code = f"""
import sys
from keras_rnn_study.claims import CLAIMS
from keras_rnn_study.cli.views.claims import claims_view
inf, nan = float("inf"), float("nan")
numbers = {HOLDING!r}
claims_view({{claim.name: claim.judge(numbers[claim.name]) for claim in CLAIMS}})
print({{"tensorflow", "keras", "matplotlib"}} & set(sys.modules) or "none")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "none", done.stderr


def test_several_cases_together():
    assert verdict_of(x for x in [True, True]) == HOLDS
    assert verdict_of([False, True]) == CONDITION
    assert verdict_of([False, False]) == FAILS


def test_an_agreement_with_no_number_is_none():
    assert agreement(0.0) == HOLDS
    assert agreement(NAN) == FAILS


def test_what_is_missing_is_named():
    assert missing({"a": {"b": [1, None]}, "c": float("inf"), "d": 0, "e": ""}) == ["a.b.1"]
    assert missing({"a": {}, "b": []}) == ["a", "b"]
    assert missing({}) == ["all numbers"]


def test_a_verdict_is_one_of_four():
    with pytest.raises(ValueError, match=r"Unknown verdict 'hold'.*Did you mean 'holds'"):
        Judgement("hold", "")
