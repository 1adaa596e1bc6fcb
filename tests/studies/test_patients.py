"""The benchmark of diagnoses: everyone builds, names are agreed names, halves are balanced."""

import collections
import json
import pathlib
import sys

import numpy as np
import pytest

STUDY = pathlib.Path(__file__).parents[2] / "studies" / "diagnosis"
sys.path.append(str(STUDY))  # the study is scripts, which are not installed

import case  # noqa: E402
import criteria  # noqa: E402
import everyone  # noqa: E402
import healthy  # noqa: E402
import patients  # noqa: E402
import prove  # noqa: E402
import run  # noqa: E402
import skills  # noqa: E402
import split  # noqa: E402
import tables  # noqa: E402
import working_off  # noqa: E402

FAMILIES = everyone.by_family()
NAMES = everyone.names()
ILL = [patient for family in patients.families().values() for patient in family]
SAMPLE = ["forget_bias_of_minus_3", "one_softmax_unit", "near_simple_rnn", "row_minus_column"]


def test_there_are_enough():
    assert len(ILL) >= 60
    assert len(NAMES) - len(ILL) >= 60


def test_nobody_has_the_name_of_another():
    everybody = NAMES + [patient.twin.name for patient in ILL]
    assert len(set(everybody)) == len(everybody)


def test_no_family_has_the_name_of_another():
    assert not set(patients.FAMILIES) & set(healthy.FAMILIES)


def test_causes_are_agreed_names_and_none_is_forgotten():
    assert {patient.cause for patient in ILL} == set(case.CAUSES)


@pytest.mark.parametrize("patient", ILL, ids=lambda patient: patient.name)
def test_what_is_acceptable_is_an_agreed_name_with_a_reason(patient):
    assert set(patient.acceptable) <= set(case.CAUSES) - {patient.cause}
    assert all(len(reason.split()) > 3 for reason in patient.acceptable.values())


@pytest.mark.parametrize("patient", ILL, ids=lambda patient: patient.name)
def test_the_setting_is_not_the_same_for_the_twin(patient):
    assert patient.ill != patient.well  # NaN is not even equal to itself


def test_who_is_not_there_is_not_found():
    with pytest.raises(ValueError, match="Nobody is called 'nobody'"):
        everyone.find("nobody")


class TestSplit:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_halves_have_as_many_of_each_family(self, family):
        halves = split.halves()
        counts = collections.Counter(halves[subject.name] for subject in FAMILIES[family])
        assert abs(counts["develop"] - counts["held-out"]) <= 1

    def test_each_cause_is_in_both_halves(self):
        halves = split.halves()
        for half in split.HALVES:
            assert {p.cause for p in ILL if halves[p.name] == half} == set(case.CAUSES)

    def test_is_the_same_each_time(self):
        assert split.halves() == split.halves()

    def test_twins_go_with_their_patients(self):
        names = run.chosen("develop", "")
        for name in names:
            if name.endswith("_twin"):
                assert name.removesuffix("_twin") in names


def build(name):
    """Build someone, and hold the case against what is promised."""
    built = everyone.find(name).build()
    assert len(built.x) == len(built.y)
    assert len(built.x) % case.BATCH_SIZE == 0
    assert built.model.built
    assert built.model.compiled
    if built.evidence is not None:
        assert built.evidence.shape == built.x.shape[:2]
        assert built.evidence.any(axis=1).all()
    return built


@pytest.mark.parametrize("name", SAMPLE)
def test_builds(name):
    build(name)


def test_patient_and_twin_start_alike_but_for_the_setting():
    patient = everyone.find("adam_at_a_millionth")
    ill, well = patient.build(), patient.twin.build()
    for one, other in zip(ill.model.get_weights(), well.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(ill.x, well.x)
    assert float(ill.model.optimizer.learning_rate) != float(well.model.optimizer.learning_rate)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, *(patient.twin.name for patient in ILL)])
def test_everyone_builds(name):
    build(name)


class TestProofs:
    def test_nobody_failed_and_nobody_is_left_who_is_gone(self):
        kept = json.loads(prove.PROOFS.read_text(encoding="utf-8"))
        assert all(proof["proved"] for proof in kept.values())
        assert set(kept) <= set(NAMES)

    def test_who_has_no_proof_takes_no_part(self):
        kept = json.loads(prove.PROOFS.read_text(encoding="utf-8"))
        chosen = {name.removesuffix("_twin") for name in run.chosen("all", "")}
        assert chosen == set(kept)
        assert len([patient for patient in ILL if patient.name in chosen]) >= 60
        assert len([name for name in chosen if name not in {p.name for p in ILL}]) >= 60

    @pytest.mark.slow
    def test_can_be_repeated(self):
        proof = prove.proof("adam_at_a_millionth")
        assert proof["proved"]
        assert proof["skill"]["test"] < 0.2
        assert proof["twin_skill"]["test"] > 0.9

    def test_learning_less_needs_a_twin_that_learns(self):
        bad, good = criteria.Outcome(test=0.1), criteria.Outcome(test=0.9)
        assert criteria.learns_less(bad, good)
        assert not criteria.learns_less(bad, bad)
        assert not criteria.learns_less(good, good)
        assert not criteria.learns_less(bad, criteria.Outcome(test=0.9, error="raised"))

    def test_knowing_too_much_is_beyond_the_best_forecast(self):
        leaks = criteria.knows_too_much(0.64)
        assert leaks(criteria.Outcome(test=0.99), criteria.Outcome(test=0.6))
        assert not leaks(criteria.Outcome(test=0.6), criteria.Outcome(test=0.6))
        assert not leaks(criteria.Outcome(test=0.99), criteria.Outcome(test=0.99))

    def test_generalising_less_needs_that_both_know_their_data(self):
        by_heart = criteria.Outcome(test=0.2, train=1.0)
        learned, ignorant = criteria.Outcome(test=0.9, train=1.0), criteria.Outcome(test=0, train=0)
        assert criteria.generalises_less(by_heart, learned)
        assert not criteria.generalises_less(ignorant, learned)
        assert not criteria.generalises_less(learned, learned)

    def test_dependence_on_padding_needs_a_twin_without_it(self):
        moved, same = (criteria.Outcome(test=1.0, padding=far) for far in (0.1, 0.0))
        assert criteria.answers_depend_on_padding(moved, same)
        assert not criteria.answers_depend_on_padding(same, same)
        assert not criteria.answers_depend_on_padding(moved, moved)


class TestSkills:
    def test_most_frequent_class_is_no_skill(self):
        y = np.array([0, 0, 0, 1])
        assert skills.classes(np.eye(2)[[0, 0, 0, 0]], y) == 0
        assert skills.classes(np.eye(2)[y], y) == 1

    def test_half_of_what_guessing_leaves(self):
        y = np.array([0, 0, 1, 1])
        assert skills.classes(np.eye(2)[[0, 0, 1, 0]], y) == 0.5
        assert skills.yes_or_no(np.array([[0.1], [0.2], [0.8], [0.3]]), y) == 0.5
        assert skills.sign(np.array([[-1.0], [-2.0], [0.8], [-0.3]]), y) == 0.5

    def test_mean_is_no_skill(self):
        y = np.array([[1.0], [3.0]])
        assert skills.numbers(np.full((2, 1), 2.0), y) == 0
        assert skills.numbers(np.array([[1.5], [3.0]]), y) == pytest.approx(1 - 0.125)

    def test_what_is_no_number_is_no_skill(self):
        y = np.array([[1.0], [3.0]])
        assert skills.numbers(np.array([[np.nan], [3.0]]), y) == 0
        assert skills.classes(np.array([[np.nan, 0.0], [1.0, 0.0]]), np.array([0, 1])) == 0


def result(cause, *found, acceptable=()):
    """One result, as `run.diagnosed` gives it."""
    return {
        "cause": cause,
        "acceptable": list(acceptable),
        "found": [[name, severity] for name, severity in found],
        "raised": None,
        "seconds": 1.0,
        "first_step_seconds": 2.0,
        "step_seconds": 0.1,
    }


class TestTables:
    def test_rank_is_that_of_the_first_right_finding(self):
        found = [("one_class", "error"), ("dead_units", "warning")]
        assert tables.rank(result("dead_units", *found), strictly=True) == 2
        assert tables.rank(result("dead_units", *found, acceptable=["one_class"])) == 1
        assert tables.rank(result("overfitting", *found)) is None

    def test_notes_are_no_alarms(self):
        assert not tables.is_alarm(result(None, ("padding_side", "note")))
        assert tables.is_alarm(result(None, ("padding_side", "note"), ("one_class", "warning")))

    def test_twins_and_odd_ones_are_counted_apart(self):
        text = tables.text(
            {
                "ill": result("one_class", ("one_class", "error")),
                "ill_twin": result(None, ("one_class", "error")),
                "odd": result(None),
            },
            "all",
        )
        assert "| true cause first | 1 of 1 (1.00) |" in text
        assert "| healthy that look odd: any alarm | 0 of 1 (0.00) |" in text
        assert "| healthy twins: any alarm | 1 of 1 (1.00) |" in text
        assert "| in training steps once compiled, median | 10.00 |" in text


def test_two_runs_can_write_into_one_file(tmp_path):
    one, other = (working_off.Results(tmp_path / "results.json") for _ in range(2))
    one.keep("a", {"found": 1})
    other.keep("b", {"found": 2})
    assert working_off.Results(tmp_path / "results.json").kept == {
        "a": {"found": 1},
        "b": {"found": 2},
    }
