"""Every example runs, says what it promises, and has its row in examples/README.md."""

import importlib.util
import pathlib
import re
import runpy
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"

# Script -> arguments that make it short, and what it prints with them.
SCRIPTS = {
    "two_cells_on_recall": ("--gap 3 --steps 20", r"lstm +accuracy \d"),
    "callbacks_in_your_own_model": ("--epochs 1", r"gradient_horizon/\w+/\w"),
    "text_classification": ("--epochs 1", r"(good|bad|great|dull|lovely|awful) +good so far: \d+%"),
    "sequence_to_sequence": ("--epochs 1", r"step 7: \|dL/dh\| \d.*attention alone \d"),
    "time_series": ("--epochs 1", r"epoch 1: \d+% of the gradient"),
    "reading_lines": ("--epochs 1", r"written .*, read [^!]*reaches \d+ of 24 columns back"),
    "gan": ("--epochs 1", r"generator +gradient norm \d\S* -> \d"),
    "hand_written_loop": (
        "--steps 12",
        r"step +0: loss \d\S+, .*changes by 10\^-?\d[^!]*steps were clipped",
    ),
    "search_with_keras_tuner": (
        "--trials 1 --steps 4",
        r"forget_bias.*changes \d\S+ powers of ten",
    ),
    "scikit_learn_with_scikeras": ("--epochs 1", r"(accuracy \d\S+, .*over 1 epochs\n){3}"),
}
NEEDS = {"search_with_keras_tuner": "keras_tuner", "scikit_learn_with_scikeras": "scikeras"}
WRITE_NOTHING = {"scikit_learn_with_scikeras"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:keras_tuner")  # its own
@pytest.mark.parametrize("script", SCRIPTS)
def test_it_runs(script, tmp_path, monkeypatch, capsys):
    package = NEEDS.get(script)
    if package is not None and importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed; `pip install -e '.[test]'` brings it")
    arguments, expected = SCRIPTS[script]
    path = EXAMPLES / f"{script}.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(path), *arguments.split()])
    runpy.run_path(str(path), run_name="__main__")
    assert re.search(expected, capsys.readouterr().out)
    assert bool(list(tmp_path.rglob("*tfevents*"))) == (script not in WRITE_NOTHING)


def test_all_are_run_and_have_a_row():
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == set(SCRIPTS)
    rows = re.findall(
        r"^\| \[`(\w+)\.py`\]\((\w+)\.py\)", (EXAMPLES / "README.md").read_text(), re.M
    )
    assert {name for row in rows for name in row} == names
