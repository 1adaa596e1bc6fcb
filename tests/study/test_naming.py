"""What runs are called: names that any file system takes, one for each run."""

import dataclasses
import os

import pytest

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.naming import directory_name

RUN = Run("recall", "lstm", gap=5)
MANY = tuple((f"option_number_{number}", 0.123456789) for number in range(20))


@pytest.mark.parametrize(
    "options", [MANY, (("a", "ü" * 300),), (("a", "../../x"),), (("a", "x\n"),)]
)
def test_a_name_is_one_that_file_systems_take(options, tmp_path):
    name = directory_name(dataclasses.replace(RUN, optimizer_options=options))
    assert len(name.encode()) <= 240
    assert "/" not in name
    (tmp_path / f"{name}.damaged-1").mkdir()
    assert os.listdir(tmp_path) == [f"{name}.damaged-1"]


def test_long_names_of_runs_are_told_apart():
    runs = [dataclasses.replace(RUN, optimizer_options=MANY, seed=seed) for seed in range(50)]
    assert len({directory_name(run) for run in runs}) == 50
    slash, line = (dataclasses.replace(RUN, optimizer_options=(("a", v),)) for v in ("b/c", "b_c"))
    assert directory_name(slash) != directory_name(line)


def test_a_name_that_is_short_is_plain():
    assert directory_name(RUN) == "recall-lstm-keras-gap-5-seed-0"
