"""What is typed wrongly is told in a line, before TensorFlow starts, and nothing is written."""

import json
import re
import subprocess
import sys

import pytest

from keras_rnn_study.runs.ranges import RANGES

FIT, SWEEP = ["fit", "--task", "recall"], ["sweep", "--task", "recall", "--out", "x"]
OPTIONS = {  # of `fit`; other settings go by --set
    name: f"--{name.replace('_', '-')}"
    for name in ("gap", "length", "units", "layers", "steps", "batch_size", "learning_rate", "seed")
}


def beyond(name):
    """Values below and above a setting's range, as they are typed."""
    kind = RANGES[name]
    low = int(kind.low) if kind.above else int(kind.low) - 1
    values = [str(low), str(int(kind.high) + 1), "9" * 30]
    return values if kind.whole else [*values, "nan", "inf"]


def of_fit(name, value):
    task = ["--task", "adding", "--variant", "le_2015"] if name == "length" else ["--gap", "5"]
    given = [OPTIONS[name], value] if name in OPTIONS else ["--set", f"{name}={value}"]
    return [*FIT, *task, "--cell", "lstm", *given]


def of_sweep(name, value):
    task = ["--task", "adding", "--variant", "le_2015"] if name == "length" else ["--gap", "5"]
    return [*SWEEP, *task, "--cell", "lstm", "--set", f"{name}={value}"]


OUT_OF_RANGE = [
    (of(name, value), rf"{name} must be (a number|a whole number|finite).*, but .* was given. Pass")
    for name in RANGES
    for value in beyond(name)
    for of in (of_fit, of_sweep)
    if not (name == "seed" and of is of_sweep)
]
NO_NUMBERS = [
    *[
        (of_sweep(name, "x"), rf"{name} must be a (whole )?number")
        for name in sorted(RANGES.keys() - {"seed"})
    ],
    (of_fit("forget_bias", "x"), r"forget_bias must be a number"),
    (of_sweep("steps", "1.5"), r"steps must be a whole number, 1 or more, but 1.5"),
    (of_sweep("layers", "true"), r"layers must be a whole number, 1 or more, but True"),
]
MISTAKES = [
    (["fit", "--task", "recal"], r"Unknown task 'recal'.*Did you mean 'recall'\?"),
    (["fit", "--cell", "nope"], r"Unknown cell 'nope': expected one of 'simple_rnn', 'lstm'"),
    (["fit", "--cell", "lst"], r"Unknown cell 'lst'.*Did you mean 'lstm'\?"),
    (["fit", "--init", "crono"], r"Unknown init 'crono'.*Did you mean 'chrono'\?"),
    (["fit", "--init", "chrono", "--cell", "simple_rnn"], r"has none. Use cell='lstm'"),
    (["fit", "--task", "adding", "--variant", "bai"], r"variant of adding 'bai'.*'bai_2018'"),
    (["fit", "--task", "recall", "--variant", "x"], r"recall has no variants"),
    (
        ["fit", "--task", "adding", "--variant", "bai_2018", "--length", "1"],
        r"length must be a whole number, 2 or",
    ),
    (["fit", "--task", "adding", "--length", "9"], r"adding takes gap, not length.*gap=100"),
    (["fit", "--task", "recall", "--length", "9"], r"recall takes gap, not length.*gap=100"),
    (["fit", "--task", "brackets", "--gap", "99999"], r"gap=99999 cannot be filled"),
    ([*FIT, "--set", "units=8"], r"has an option of its own. Pass --units 8"),
    ([*FIT, "--set", "seed=8"], r"has an option of its own. Pass --seed 8"),
    ([*FIT, "--set", "clipnorm"], r"--set takes a name and a value, but 'clipnorm'.*units=64"),
    ([*FIT, "--set", ""], r"--set takes a name and a value, but ''"),
    ([*FIT, "--set", "optimiser=sgd"], r"Unknown .* 'optimiser'.*Did you mean 'optimizer'\?"),
    ([*FIT, "--set", "optimizer=adm"], r"Unknown optimizer 'adm'.*Did you mean 'adam'\?"),
    ([*FIT, "--set", "optimizer=3"], r"Unknown optimizer 3"),
    ([*FIT, "--set", "clipnorn=1"], r"Unknown option of Adam 'clipnorn'.*'clipnorm'\?"),
    ([*FIT, "--set", "clipnorm=-1"], r"clipnorm must be a number, above 0, but -1"),
    ([*FIT, "--set", "beta_1=2"], r"beta_1 must be a number, 1 or less, but 2"),
    ([*FIT, "--set", "amsgrad=3"], r"amsgrad must be True or False, but 3"),
    ([*FIT, "--set", "forget_bias=3"], r"forget_bias=3 is for an LSTM's.*'simple_rnn' has none"),
    ([*FIT, "--set", "input_bias=3"], r"input_bias=3 is for an LSTM's.*'simple_rnn' has none"),
    ([*FIT, "--log-dir", "a_file"], r"Cannot write to 'a_file': File exists. Choose another"),
    ([*FIT, "--log-dir", "old"], r"holds the events of an earlier run.*Choose another log"),
    (["demo", "--log-dir", "a_file"], r"a_file"),
    (["doctor", "none.keras"], r"There is no model file 'none.keras'. Expected what model.save"),
    (["doctor", "--cell", "lst"], r"Unknown cell 'lst'.*Did you mean 'lstm'\?"),
    (["doctor", "--error", "x"], r"--error x without --report. Add --report"),
    (["doctor", "--report", "--error", "none.txt"], r"Cannot read 'none.txt': No such file"),
    (["doctor", "a_file", "--cell", "lstm"], r"Received a model, 'a_file', and --cell"),
    (["claims", "C7"], r"Unknown claim 'C7'"),
    (["claims", "C1", "--jobs", "0"], r"jobs must be a whole number, 1 or more, but 0"),
    (["claims", "C1", "--out", "a_file"], r"Cannot write to 'a_file'"),
    (["report", "nowhere"], r"'nowhere' holds no study"),
    (["sweep", "--gap", "5"], r"Where should the runs go\? Pass, for example, --out runs/gaps"),
    (["sweep", "--gap", "5", "--out", "x"], r"A study needs a task. .*task='recall'"),
    (["sweep", "none.yaml"], r"none.yaml: cannot read the study: No such file"),
    (["sweep", "--study", "gap"], r"Unknown study 'gap'.*Did you mean 'gaps'\?"),
    (["sweep", "a_file", "--study", "gaps"], r"the file a_file and --study gaps.*leave the other"),
    (["lessons", "--to", "old"], r"old is there already.*--to lessons-2"),
    (["lessons", "--language", "zz"], r"Unknown language 'zz'"),
    (["sweep", "--size", "quick", "--out", "x"], r"--size quick is one of a file's, but no file"),
    ([*SWEEP], r"gap must be a whole number"),
    ([*SWEEP, "--gap", ","], r"gap=\[\] has no values"),
    ([*SWEEP, "--gap", "5", "--jobs", "0"], r"jobs must be a whole number"),
    ([*SWEEP, "--gap", "5", "--seeds", "0"], r"seeds must be a whole number"),
    ([*SWEEP, "--gap", "5", "--gpu", "all"], r"Unknown gpu 'all'"),
    ([*SWEEP, "--gap", "5", "--cell", "lst"], r"Unknown cell 'lst'.*Did you mean 'lstm'\?"),
    ([*SWEEP, "--gap", "5", "--set", "clipnorn=1"], r"option of Adam 'clipnorn'.*'clipnorm'\?"),
    ([*SWEEP, "--gap", "5", "--set", f"clipnorm={'x' * 300}"], r"clipnorm must be a number"),
    ([*SWEEP, "--gap", "5", "--set", f"{'x' * 300}=1"], r"Unknown option of Adam 'xxx"),
    (["tasks", "recal"], r"Unknown task 'recal'.*Did you mean 'recall'\?"),
    (["tasks", "adding", "--variant", "le"], r"Unknown variant of adding 'le'.*mean 'le_2015'\?"),
    (["tasks", "recall", "--gap", "-1"], r"gap must be a whole number, 0 or more"),
    (["tasks", "recall", "--gap", "9" * 20], r"gap must be a whole number, 100,000 or less"),
    (["tasks", "recall", "--seed", "-1"], r"seed must be a whole number, 0 or more, but -1"),
    (["tasks", "recall", "--length", "9"], r"recall takes gap, not length"),
    (["tasks", "recall", "--picture", "x.jpg"], r"must end in \.png, \.svg, \.pdf, but 'x\.jpg'"),
    (["tasks", "recall", "--picture", "no/x.png"], r"Cannot write the picture to 'no/x\.png': No"),
    (["tasks", "--gap", "5"], r"These options need a task"),
]
NO_COMMANDS = [  # which Typer itself tells, with how to call for help
    ["fit", "--gap", "x"],
    ["fit", "--steps", "1.5"],
    ["fit", "--seed", "none"],
    ["fit", "--nope"],
    ["fit", "nope"],
    ["sweep", "--seeds", "many"],
    ["tasks", "recall", "--gap", "1e3"],
    ["nope"],
]
TOLD = [*OUT_OF_RANGE, *NO_NUMBERS, *MISTAKES]

SCRIPT = """
import json, pathlib, sys
from typer.testing import CliRunner
from keras_rnn_study.cli import app

def files():
    return sorted(str(path) for path in pathlib.Path().rglob("*"))

before = files()
for arguments in json.load(sys.stdin):
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    print(json.dumps([done.exit_code, done.stdout, done.stderr, files() == before]))
print(json.dumps("tensorflow" in sys.modules))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What is answered to all of these, in one process; the last says whether TensorFlow is in."""
    place = tmp_path_factory.mktemp("place")
    (place / "a_file").write_text("text")
    for cell in ("simple_rnn", "lstm"):
        (place / "old" / cell / "rnn").mkdir(parents=True)
        (place / "old" / cell / "rnn" / "events.out.tfevents.1").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([*(arguments for arguments, _ in TOLD), *NO_COMMANDS]),
        cwd=place,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("index", range(len(TOLD)), ids=lambda index: " ".join(TOLD[index][0])[:60])
def test_a_mistake_is_told_in_a_line_and_nothing_is_written(answers, index):
    returncode, stdout, stderr, is_clean = answers[index]
    assert re.search(TOLD[index][1], stderr), stderr
    assert returncode == 2
    assert stdout == ""
    assert len(stderr.splitlines()) == 1
    assert len(stderr) < 900
    assert is_clean


@pytest.mark.parametrize("index", range(len(NO_COMMANDS)))
def test_what_is_no_command_is_told_with_how_to_get_help(answers, index):
    returncode, stdout, stderr, is_clean = answers[len(TOLD) + index]
    assert returncode == 2
    assert stdout == ""
    assert "-h" in stderr
    assert is_clean


def test_none_of_it_has_started_tensorflow(answers):
    assert answers[-1] is False
