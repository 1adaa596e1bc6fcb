"""The table of `fit` and `demo`, in 80 columns, with words for what is no number."""

import io

import pytest
from made_results import made
from rich.console import Console

from keras_rnn_study.cli.views.result_table import legend, result_table

NAN = float("nan")


def printed(results):
    console = Console(width=80, file=io.StringIO())
    console.print(result_table(results))
    console.print(legend(results))
    return console.file.getvalue()


def test_values_stand_before_and_after_training():
    text = printed([made(score=0.5, horizon=(4, 12), decay=(-3.21, 0.04), keep_gate=(0.731, 0.9))])
    row = next(line for line in text.splitlines() if line.strip().startswith("lstm"))
    assert row.split() == ["lstm", "10", "0.500", "learned", "4→12", "-3.2→0.0", "0.73→0.90"]
    assert "NaN" not in text


def test_what_is_not_there_is_a_dash():
    text = printed([made("simple_rnn", score=0.5)])
    assert next(line for line in text.splitlines() if "simple_rnn" in line).split()[-1] == "-"


@pytest.mark.parametrize(
    "lost",
    [{"horizon": (12, NAN)}, {"decay": (0.0, NAN)}, {"score": NAN}, {"keep_gate": (0.5, NAN)}],
)
def test_what_is_no_number_is_said_to_be_none(lost):
    given = {"horizon": (12, 12), "decay": (0.0, 0.0), "keep_gate": (0.5, 0.5)}
    text = printed([made(verdict="diverged", **given | lost)])
    row = next(line for line in text.splitlines() if line.strip().startswith("lstm"))
    assert row.count("NaN") == 1
    assert "12→12" not in row or "horizon" not in lost
    assert "NaN        not a number: the training diverged" in text


def test_eighty_columns_are_enough():
    lost = {"horizon": (1002, NAN), "decay": (-12.5, NAN), "keep_gate": (0.73, NAN)}
    results = [made(init="chrono", gap=1000, verdict="diverged", score=NAN, **lost)]
    assert max(map(len, printed(results).splitlines())) <= 80


def test_legend_says_what_learned_means():
    assert "learned: the success test held at the last two checks" in legend([made()])
