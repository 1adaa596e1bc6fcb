"""What runs are called: names that any file system takes, one for each run."""

import dataclasses
import os
import re

import pytest

from keras_rnn_study.runs.optimizers import OPTIMIZERS
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.naming import directory_name

RUN = Run("recall", "lstm", gap=5)
NUMBER = 0.0123456789012345
MANY = {name: NUMBER for name in OPTIMIZERS["Adam"] if name.startswith(("beta", "ema_m", "eps"))}
MANY |= {"amsgrad": True, "use_ema": True, "weight_decay": NUMBER, "global_clipnorm": NUMBER}
MANY |= {"ema_overwrite_frequency": 12345, "gradient_accumulation_steps": 12345}
MANY |= {"loss_scale_factor": NUMBER}
LONG = dataclasses.replace(RUN, optimizer_options=tuple(MANY.items()), units=64, batch_size=8)


def test_a_name_is_one_that_file_systems_take(tmp_path):
    name = directory_name(LONG)
    assert len(name.encode()) == 230
    (tmp_path / f"{name}.damaged-1").mkdir()
    assert os.listdir(tmp_path) == [f"{name}.damaged-1"]


def test_long_names_of_runs_are_told_apart():
    runs = [dataclasses.replace(LONG, seed=seed) for seed in range(50)]
    assert len({directory_name(run) for run in runs}) == 50


@pytest.mark.parametrize("variant", [None, "le_2015"])
def test_no_name_has_a_sign_that_a_file_system_may_not_take(variant):
    extreme = dataclasses.replace(LONG, learning_rate=1e-300, forget_bias=-1000.0, init="glorot")
    if variant:
        extreme = dataclasses.replace(extreme, task="adding", variant=variant, gap=None, length=9)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", directory_name(extreme))


def test_a_name_that_is_short_is_plain():
    assert directory_name(RUN) == "lstm-5-s0-recall"
