"""What the study files say in words, against the tables of their results."""

import pathlib

import pytest
from scipy.stats import fisher_exact

from keras_rnn_study.study import read_study
from keras_rnn_study.study.report.summary import Condition, conditions, line_label
from keras_rnn_study.study.report.tables import read_results_csv

STUDIES = pathlib.Path(__file__).parents[2] / "studies"

LEARNED = {
    "adding_1997": {
        "lstm, adding, 50": "2/3",
        "lstm, adding, 100": "0/3",
        "lstm (forget bias 5), adding, 100": "2/3",
        "lstm (chrono), adding, 100": "3/3",
    },
    "adding_2015": {
        "lstm, learning rate 0.003, adding, 150": "3/3",
        "simple_rnn, learning rate 0.003, adding, 50": "0/3",
        "simple_rnn, learning rate 0.003, adding, 150": "0/3",
        "simple_rnn (identity), learning rate 0.001, adding, 50": "2/3",
        "simple_rnn (identity), learning rate 0.001, adding, 150": "0/3",
        "simple_rnn (identity), learning rate 0.0001, adding, 50": "0/3",
    },
    "adding_2015-ten_minutes": {"simple_rnn (identity), adding, 50": "3/3"},
    "adding_2015-half_hour": {"simple_rnn (identity), adding, 150": "3/3"},
    "chrono_2018": {
        "lstm, recall, 50": "0/5",
        "lstm (chrono), recall, 200": "5/5",
        "lstm, adding, 100": "2/5",
        "lstm (chrono), adding, 100": "5/5",
    },
    "chrono_2018-ten_minutes": {
        "lstm, copy_memory, 100": "0/3",
        "lstm (chrono), copy_memory, 100": "0/3",
    },
    "copy_memory": {"simple_rnn, copy_memory, 5": "2/3", "lstm, copy_memory, 5": "0/3"},
    "copy_memory-ten_minutes": {"lstm, copy_memory, 100": "0/3"},
    "forget_bias_2015": {
        "lstm (forget bias 0), recall, 10": "5/5",
        "lstm (forget bias 0), recall, 30": "0/5",
        "lstm (forget bias 1), recall, 30": "1/5",
        "lstm (forget bias 1), recall, 100": "0/5",
        "lstm (forget bias 3), recall, 100": "4/5",
        "lstm (forget bias 5), recall, 100": "3/5",
        "gru, recall, 10": "5/5",
        "gru, recall, 30": "0/5",
    },
    "gaps": {
        "simple_rnn, recall, 20": "5/5",
        "simple_rnn, recall, 50": "1/5",
        "simple_rnn (glorot), recall, 100": "0/5",
        "simple_rnn (glorot), recall, 200": "1/5",
        "lstm, recall, 20": "2/5",
        "lstm, recall, 50": "0/5",
        "lstm (chrono), recall, 200": "5/5",
        "gru (chrono), recall, 200": "5/5",
    },
    "input_bias": {
        "lstm, recall, 100": "0/10",
        "lstm (chrono), recall, 100": "9/10",
        "lstm (forget bias 3), recall, 100": "7/10",
        "lstm (forget bias 5), recall, 100": "4/10",
        "lstm (forget bias 3, input bias -3), recall, 100": "0/10",
        "lstm (forget bias 5, input bias -5), recall, 100": "10/10",
        "lstm (input bias -5), recall, 100": "0/10",
    },
    "input_bias-five_times": {
        "lstm (chrono), recall, 100": "10/10",
        "lstm (forget bias 3), recall, 100": "7/10",
        "lstm (forget bias 5), recall, 100": "7/10",
        "lstm (forget bias 3, input bias -3), recall, 100": "6/10",
        "lstm (forget bias 5, input bias -5), recall, 100": "10/10",
    },
    "irnn_digits_2015": {
        "lstm, learning rate 0.003, digits, 0": "3/3",
        "simple_rnn (identity), learning rate 0.0001, digits, 0": "0/3",
        "simple_rnn (identity), learning rate 0.001, digits, 0": "0/3",
    },
    "reber_1997": {
        "simple_rnn, reber, 30": "5/5",
        "lstm, reber, 12": "5/5",
        "lstm, reber, 30": "5/5",
    },
    "temporal_order_1997": {
        "lstm, temporal_order, 100": "0/3",
        "lstm (forget bias 5), temporal_order, 100": "3/3",
        "lstm (chrono), temporal_order, 100": "3/3",
    },
    "temporal_order_1997-ten_minutes": {
        "lstm, temporal_order, 100": "4/5",
        "lstm (chrono), temporal_order, 100": "5/5",
        "lstm (forget bias 5), temporal_order, 100": "4/5",
        "lstm (forget bias 5, input bias -5), temporal_order, 100": "5/5",
    },
    "temporal_order_2013": {
        "simple_rnn, global clipnorm none, temporal_order, 50": "0/3",
        "simple_rnn, global clipnorm 1.0, temporal_order, 50": "3/3",
        "simple_rnn (glorot), global clipnorm none, temporal_order, 50": "0/3",
        "simple_rnn (glorot), global clipnorm 1.0, temporal_order, 50": "1/3",
    },
    "temporal_order_2013-ten_minutes": {"simple_rnn, temporal_order, 100": "0/3"},
    "temporal_order_2013-half_hour": {
        "simple_rnn, temporal_order, 150": "0/3",
        "simple_rnn, temporal_order, 200": "0/3",
    },
}
"""How many seeds learned, of each condition that a reading or a verdict speaks of."""

SEQUENCES = {
    ("adding_1997", "lstm (forget bias 5), adding, 100"): ("138,240", "181,760"),
    ("adding_1997", "lstm (chrono), adding, 100"): ("46,080", "58,880"),
    ("temporal_order_1997", "lstm (forget bias 5), temporal_order, 100"): ("30,720", "43,520"),
    ("temporal_order_1997", "lstm (chrono), temporal_order, 100"): ("12,800", "23,040"),
    ("temporal_order_1997-ten_minutes", "lstm, temporal_order, 100"): ("58,880", "307,200"),
    ("temporal_order_1997-ten_minutes", "lstm (chrono), temporal_order, 100"): ("17,920", "40,960"),
    ("temporal_order_1997-ten_minutes", "lstm (forget bias 5), temporal_order, 100"): (
        "56,320",
        "117,760",
    ),
    (
        "temporal_order_1997-ten_minutes",
        "lstm (forget bias 5, input bias -5), temporal_order, 100",
    ): ("33,280", "69,120"),
}
"""The fewest and the most samples of a seed that learned."""

COMPARED = {
    "gaps": [(5, 5, 2, 5, ".17")],
    "chrono_2018": [(5, 5, 0, 5, ".008"), (5, 5, 2, 5, ".17")],
    "forget_bias_2015": [(4, 5, 0, 5, ".05"), (3, 5, 0, 5, ".17")],
    "input_bias": [
        (10, 10, 4, 10, ".01"),
        (10, 10, 7, 10, ".21"),
        (20, 20, 14, 20, ".02"),
        (7, 10, 0, 10, ".003"),
    ],
    "temporal_order_2013": [(4, 6, 0, 6, ".06")],
}
"""Two counts that a reading compares, and the p that it gives."""


def table(name: str) -> dict[str, Condition]:
    """Return the conditions of one table of results, by network, task and size."""
    text = (STUDIES / "results" / f"{name}.csv").read_text(encoding="utf-8")
    found = conditions(read_results_csv(text))
    runs = [condition.run for condition in found]
    return {f"{line_label(c.run, runs)}, {c.run.task}, {c.run.size}": c for c in found}


def words(name: str) -> str:
    """Return all that a study's file says about itself."""
    return str(read_study(STUDIES / f"{name.partition('-')[0]}.yaml").about)


@pytest.mark.parametrize("name", LEARNED)
def test_as_many_learned_as_the_readings_say(name: str) -> None:
    found = table(name)
    counts = {label: f"{found[label].successes}/{found[label].trials}" for label in LEARNED[name]}
    assert counts == LEARNED[name]


@pytest.mark.parametrize(("name", "label"), SEQUENCES)
def test_sequences_are_those_of_the_table(name: str, label: str) -> None:
    condition = table(name)[label]
    of_each = [r.updates_to_success for r in condition.results if r.updates_to_success is not None]
    ends = [f"{n * condition.run.batch_size:,}" for n in (min(of_each), max(of_each))]
    assert tuple(ends) == SEQUENCES[name, label]
    assert all(end in words(name) for end in ends)


@pytest.mark.parametrize("name", COMPARED)
def test_comparisons_are_fishers(name: str) -> None:
    for a, of_a, b, of_b, said in COMPARED[name]:
        p = fisher_exact([[a, of_a - a], [b, of_b - b]])[1]
        assert float(said) == pytest.approx(p, abs=0.5 * 10 ** (1 - len(said)))
        assert said in words(name)
