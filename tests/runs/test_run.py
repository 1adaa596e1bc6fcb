"""What a run says of itself, and what it refuses."""

import subprocess
import sys

import numpy as np
import pytest

from keras_rnn_study.datasets import adding, recall
from keras_rnn_study.runs import Run


@pytest.mark.parametrize(
    ("start", "label"),
    [
        ({}, "lstm"),
        ({"init": "chrono"}, "lstm (chrono)"),
        ({"forget_bias": 5}, "lstm (forget bias 5)"),
        ({"forget_bias": 5.0, "input_bias": -5.0}, "lstm (forget bias 5, input bias -5)"),
        ({"init": "glorot", "input_bias": -0.5}, "lstm (glorot, input bias -0.5)"),
    ],
)
def test_label(start, label):
    assert Run("recall", "lstm", gap=5, **start).label == label


def test_memory_is_the_state_that_carries_the_past():
    assert {cell: Run("recall", cell, gap=1).memory for cell in ("simple_rnn", "lstm", "gru")} == {
        "simple_rnn": "h",
        "lstm": "c",
        "gru": "h",
    }


def test_its_data_are_the_tasks():
    run = Run("recall", "lstm", gap=5, batch_size=8, seed=3)
    [(x, y)] = run.stream().take(1)
    [(expected_x, expected_y)] = recall.stream(8, gap=5, seed=3).take(1)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)
    for ours, theirs in zip(run.samples(4), recall.make(4, gap=5, seed=3), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_held_out_samples_are_those_that_training_never_sees():
    run = Run("recall", "lstm", gap=5, seed=3)
    x, y = run.held_out(7)
    assert x.shape == (7, 7, 17)
    assert y.shape == (7,)
    held_out = x[:, 1:-1, 8:16].argmax(axis=-1).sum(axis=1) % 8  # the task's docstring says so
    np.testing.assert_array_equal(held_out, 0)


def test_a_variants_data_are_the_variants():
    run = Run("adding", "lstm", length=9, variant="le_2015", seed=1)
    x, _ = run.samples(2)
    np.testing.assert_array_equal(x, adding.make(2, length=9, variant="le_2015", seed=1)[0])
    assert run.size == 9
    assert run.build().input_shape == (None, *run.facts.input_shape)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"task": "recal"}, r"Unknown task 'recal'.*Did you mean 'recall'\?"),
        ({"task": ["recall"]}, r"Unknown task \['recall'\]"),
        ({"variant": "le_2015"}, r"recall has no variants"),
        ({"gap": None}, r"gap must be a whole number, 0 or more, but None"),
        ({"gap": None, "length": 5}, r"recall takes gap, not length"),
        ({"cell": "lstn"}, r"Unknown cell 'lstn'.*'lstm'\?"),
        ({"cell": None}, r"Unknown cell None"),
        ({"init": {}}, r"Unknown init \{\}"),
        ({"optimizer": "adm"}, r"Unknown optimizer 'adm'.*'adam'\?"),
    ],
)
def test_what_no_training_can_have_is_refused_at_once(changed, message):
    with pytest.raises(ValueError, match=message):
        Run(**{"task": "recall", "cell": "lstm", "gap": 5} | changed)


def test_data_that_has_no_such_gap_is_told_before_a_model_is_built():
    run = Run("brackets", "lstm", gap=100_000)
    for refused in (lambda: run.samples(1), run.build):
        with pytest.raises(ValueError, match=r"gap=100000 cannot be filled"):
            refused()


def test_importing_and_checking_needs_no_tensorflow():
    code = (
        "import sys\n"
        "from keras_rnn_study.runs import Run, Result\n"
        "Result(Run('language', 'lstm', gap=50, optimizer_options=(('clipnorm', 1.0),)), '', '')\n"
        "print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
