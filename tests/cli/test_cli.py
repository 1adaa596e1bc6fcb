"""The commands `tasks` and `fit`, and what is common to all."""

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import PROGRAM, run, run_alone
from event_files import scalars_in

import keras_rnn_study
from keras_rnn_study.cli.common import new_directory
from keras_rnn_study.datasets import catalog
from keras_rnn_study.extras import how_to_install

QUICK = ["fit", "--task", "recall", "--gap", "3", "--steps", "40", "--units", "8"]


def test_what_needs_little_imports_little():
    heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "sktime", "scipy", "pandas"}
    calls = ["--help", "--version", "fit -h", "demo -h", "sweep -h", "report -h", "claims -h"]
    calls += ["tensorboard -h", "lessons -h", "diagnose -h", "tasks -h", "tasks", "tasks recall"]
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from keras_rnn_study.cli import app\n"
        f"for call in {calls!r}:\n"
        "    done = CliRunner().invoke(app, call.split(), catch_exceptions=False)\n"
        f"    print(call, done.exit_code, *sorted({heavy!r} & sys.modules.keys()), sep=',')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"{call},0" for call in calls], done.stderr


def test_the_version_is_that_of_the_installation():
    version = importlib.metadata.version("keras-rnn-study")
    assert run("--version").stdout == f"keras-rnn-study {version}\n"
    assert keras_rnn_study.__version__ == version
    with pytest.raises(AttributeError, match="nope"):
        keras_rnn_study.nope  # noqa: B018


@pytest.mark.parametrize("command", [[], ["fit"], ["sweep"], ["tasks"], ["claims"], ["doctor"]])
def test_h_is_help(command):
    short, long = run(*command, "-h"), run(*command, "--help")
    assert short.returncode == long.returncode == 0
    assert short.stdout == long.stdout
    assert "Usage:" in short.stdout


def test_defaults_that_help_shows_are_those_of_a_run():
    text = " ".join(run("fit", "-h").stdout.replace("│", "").split())
    for option, default in (
        ("--units", "32"),
        ("--layers", "1"),
        ("--steps", "400"),
        ("--batch-size", "64"),
        ("--learning-rate", "0.003"),
        ("--seed", "0"),
    ):
        [shown] = re.findall(rf"{option}[ ,].*?\[default: (.*?)\]", text)
        assert shown == default


def test_two_runs_of_one_second_have_directories_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.strftime", lambda form: form.replace("%Y%m%d-%H%M%S", "now"))
    assert [new_directory("fit") for _ in range(3)] == [
        "runs/fit-now",
        "runs/fit-now-2",
        "runs/fit-now-3",
    ]


def test_fit_trains_exactly_the_steps_asked_for(tmp_path):
    options = ["--steps", "7", "--cell", "lstm", "--set", "forget_bias=3", "--set", "input_bias=-3"]
    done = run(*QUICK, *options, "--log-dir", tmp_path / "x")
    assert done.returncode == 0
    assert "lstm (forget bias 3, input bias -3)" in done.stdout
    scalars = scalars_in(tmp_path / "x" / "lstm")
    assert list(scalars["gradient_norm/global"]) == list(range(7))
    assert list(scalars["gradient_horizon/lstm/c"]) == [0, 7]


@pytest.mark.filterwarnings("ignore:The gradient of training step")
def test_a_training_that_diverges_is_said_to_in_words(tmp_path):
    variant = ["--task", "adding", "--gap", "3", "--set", "optimizer=sgd", "--lr", "1e6"]
    options = [*variant, "--cell", "lstm", "--steps", "40", "--units", "4"]
    done = run("fit", *options, "--log-dir", tmp_path / "x")
    assert done.returncode == 0
    assert re.search(r"lstm +3 +NaN +diverged +15→NaN +-1\.\d→NaN ", done.stdout), done.stdout
    assert "NaN        not a number" in done.stdout


def test_tasks_lists_them_and_says_how_to_see_more():
    output = run("tasks").stdout
    for name in catalog.TASK_NAMES:
        assert re.search(rf"^{name} +\S.* 0\.\d{{3}} *$", output, re.MULTILINE)
    assert "tasks NAME" in output
    assert max(map(len, output.splitlines())) <= 80


def test_tasks_name_shows_facts_and_a_sample_to_scale():
    done = run("tasks", "recall", "--gap", "12", "--seed", "3")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout  # no colours in a pipe
    for part in ("float32, (batch, time, 17)", "chance 0.125", "Hochreiter", "gap 12, seed 3"):
        assert part in done.stdout
    rows = dict(re.findall(r"^(evidence|gap|answer) +(\S.*?) *$", done.stdout, re.MULTILINE))
    assert rows["evidence"] == "*"
    assert len(rows["gap"]) == 12
    names = re.search(r"^x +(\S{14})$", done.stdout, re.MULTILINE)[1]
    assert rows["answer"] == names[0]


def test_tasks_name_shows_the_variant_of_the_length_asked_for():
    done = run("tasks", "adding", "--variant", "bai_2018", "--length", "30")
    assert "adding (bai_2018)" in done.stdout
    assert "length 30, gap" in done.stdout
    assert "arXiv:1803.01271" in done.stdout


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_a_sample_is_as_wide_as_the_terminal(columns):
    done = run("tasks", "language", "--gap", "150", COLUMNS=columns)
    assert max(map(len, done.stdout.splitlines())) <= int(columns)
    [bar] = re.findall(r"^gap +(├.*┤)$", done.stdout, re.MULTILINE)
    assert len(bar) == pytest.approx(min(int(columns) - 10, 156) * 150 / 156, abs=2)
    assert " gap 150 " in bar


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_that_takes_few_characters_is_no_failure(encoding):
    done = run_alone("tasks", "recall", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert " gap 20 " in done.stdout


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_tasks_name_draws_a_picture(suffix, tmp_path):
    done = run("tasks", "recall", "--picture", f"sample{suffix}", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Picture: sample{suffix}" in done.stdout
    assert (tmp_path / f"sample{suffix}").stat().st_size > 1000


def test_a_missing_package_is_told_with_how_to_install_it():
    script = (
        "import sys\n"
        "sys.modules['sklearn'] = sys.modules['sklearn.datasets'] = None\n"
        "sys.argv = ['keras-rnn-study', 'tasks', 'digits']\n"
        "from keras_rnn_study.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert f"Install it with: {how_to_install('digits')}" in done.stderr


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    log_dir = tmp_path_factory.mktemp("logs")
    words = [*QUICK, "--cell", "simple_rnn", "--cell", "lstm", "--log-dir", log_dir]
    return log_dir, run_alone(*words)  # what TensorFlow says goes past Python's streams


def test_fit_trains_records_and_compares(fitted):
    log_dir, done = fitted
    assert done.returncode == 0
    assert f"keras-rnn-study tensorboard {log_dir}" in done.stdout.replace("\n", "")
    for cell, keep in (("simple_rnn", "-"), ("lstm", r"0\.\d\d→0\.\d\d")):
        row = rf"{cell} +3 +[01]\.\d{{3}} +\S.* +\d+→\d+ +-?\d+\.\d→-?\d+\.\d +{keep} *$"
        assert re.search(row, done.stdout, re.MULTILINE), done.stdout
        scalars = scalars_in(log_dir / cell)
        assert list(scalars["gradient_norm/global"]) == list(range(40))
        assert list(scalars[f"gradient_horizon/{cell}/h"]) == [0, 20, 40]
    assert max(map(len, done.stdout.splitlines())) <= max(80, len(str(log_dir)) + 50)


def test_fit_trains_a_variant_that_takes_a_length(tmp_path):
    variant = ["--task", "adding", "--variant", "bai_2018", "--length", "12", "--cell", "lstm"]
    done = run("fit", *variant, "--steps", "40", "--units", "8", "--log-dir", tmp_path / "x")
    assert done.returncode == 0, done.stderr
    assert "adding (bai_2018): Add the two marked numbers." in done.stdout
    row = re.search(r"lstm +12 +(\d\.\d{3}) +(at chance|in part|learned)", done.stdout)
    assert 0 < float(row[1]) < 0.6  # a mean squared error
    assert "error      mean squared, on held-out samples; chance is 0.167" in done.stdout


def test_tensorflow_is_quiet_unless_asked(fitted):
    assert fitted[1].stderr == ""
    words = [*QUICK, "--cell", "simple_rnn", "--log-dir", fitted[0] / "loud", "--verbose"]
    done = run_alone(*words)
    assert "tensorflow" in done.stderr.lower() or "onednn" in done.stderr.lower()


def test_events_of_an_earlier_run_are_not_mixed_with_new_ones(fitted):
    log_dir, _ = fitted
    before = sorted(path.read_bytes() for path in log_dir.rglob("*tfevents*"))
    done = run(*QUICK, "--cell", "lstm", "--log-dir", log_dir)
    assert done.returncode == 2
    assert re.search(r"holds the events of an earlier run.*Choose another", done.stderr)
    assert sorted(path.read_bytes() for path in log_dir.rglob("*tfevents*")) == before


@pytest.mark.slow
def test_interrupting_leaves_the_events_written_so_far(tmp_path):
    arguments = [*QUICK, "--steps", "100000", "--cell", "simple_rnn", "--log-dir", "logs"]
    # A shell that started the tests in the background has made its children deaf to this signal.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = [*PROGRAM[:-1], hears + PROGRAM[-1]]
    with subprocess.Popen(
        [*program, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"},  # says where, if it aborts
    ) as process:
        deadline = time.monotonic() + 120
        while not _recorded(tmp_path / "logs") and time.monotonic() < deadline:
            time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors.decode()
    assert b"Interrupted" in output
    assert b"keras-rnn-study tensorboard logs" in output
    assert errors == b""
    steps = list(scalars_in(tmp_path / "logs/simple_rnn")["gradient_norm/global"])
    assert steps == list(range(len(steps)))
    assert len(steps) > 1


def _recorded(log_dir):
    """Whether some steps are on disk already."""
    return any(path.stat().st_size > 20_000 for path in Path(log_dir).rglob("*tfevents*"))
