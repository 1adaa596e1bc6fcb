"""`sweep`, `report` and `claims`, as a person meets them."""

import json
import re
import signal
import subprocess
import time

import pytest
from command_line import PROGRAM, run
from small_study import small_study

from keras_rnn_study.extras import how_to_install
from keras_rnn_study.study import Result, StudyDirectory
from keras_rnn_study.study.record import files_of

SMALL = "--task recall --cell simple_rnn,lstm --init keras --init chrono --gap 1,2 --steps 80"
SMALL = [*SMALL.split(), "--seeds", "1", "--set", "units=8", "--set", "learning_rate=1e-2"]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    place = tmp_path_factory.mktemp("work")
    return place, run("sweep", *SMALL, "--out", "runs/gaps", "--jobs", 1, cwd=place)


def test_sweep_runs_the_grid_and_says_how_it_went(swept):
    place, done = swept
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    results = StudyDirectory(place / "runs/gaps").results()
    networks = {(r.run.cell, r.run.init, r.run.gap) for r in results}
    assert networks == {
        (*network, gap)
        for network in [("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono")]
        for gap in (1, 2)
    }
    assert {(r.run.units, r.run.learning_rate, r.run.steps) for r in results} == {(8, 0.01, 80)}
    lines = done.stdout.splitlines()
    assert "0 of 6 runs are there" in lines
    told = [line for line in lines if re.match(r"\d of 6: recall, .*, gap \d, seed 0: ", line)]
    assert len(told) == 6
    assert re.search(
        r"^ lstm \(chrono\) +1 +[01]/1 \(0\.\d\d-\d\.\d\d\)", done.stdout, re.MULTILINE
    )
    assert "keras-rnn-study report runs/gaps" in lines[-2]
    assert "tensorboard --logdir runs/gaps" in lines[-1]
    assert max(map(len, lines)) <= 80


def test_the_same_again_is_done_at_once(swept):
    place, _ = swept
    before = {p: p.stat().st_mtime_ns for p in (place / "runs/gaps").glob("*/run.json")}
    done = run("sweep", *SMALL, "--out", "runs/gaps", cwd=place)
    assert done.returncode == 0
    assert "6 of 6 runs are there" in done.stdout
    assert {p: p.stat().st_mtime_ns for p in (place / "runs/gaps").glob("*/run.json")} == before


def test_a_changed_study_is_refused_with_the_difference(swept):
    place, _ = swept
    done = run("sweep", *SMALL, "--gap", "9", "--out", "runs/gaps", cwd=place)
    assert done.returncode == 2
    assert "holds another study" in done.stderr
    assert "gap: [1, 2] there, [1, 2, 9] received" in done.stderr


def test_report_writes_a_page(swept):
    place, _ = swept
    done = run("report", "runs/gaps", "--out", "page", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "Report: page/report.html" in done.stdout
    assert "6 runs." in (place / "page/report.html").read_text(encoding="utf-8")
    assert len((place / "page/results.csv").read_text().splitlines()) == 7


def test_a_file_says_what_to_run_and_options_change_it(tmp_path):
    (tmp_path / "small.yaml").write_text(
        "task: recall\ncell: lstm\nunits: 4\nsteps: 40\nseeds: 2\n"
        "sizes:\n  quick: {gap: 1}\n  large: {gap: 500}\n"
    )
    done = run("sweep", "small.yaml", "--seeds", 1, "--set", "clipnorm=none,1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = StudyDirectory(tmp_path / "runs/small").study.runs()
    assert [(r.gap, r.seed, r.optimizer_options) for r in runs] == [
        (1, 0, ()),
        (1, 0, (("clipnorm", 1),)),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gap", "5"], r"Where should the runs go\? Pass, for example, --out runs/gaps"),
        (["--gap", "5", "--out", "x"], r"A study needs a task. Pass, for example, task='recall'"),
        (["--task", "recal", "--gap", "5", "--out", "x"], r"Unknown task 'recal'"),
        (["--task", "recall", "--out", "x"], r"gap must be a whole number.*gap=10"),
        (["--task", "recall", "--gap", "5", "--set", "units", "--out", "x"], r"--set takes a name"),
        (["none.yaml"], r"none.yaml: cannot read the study: No such file"),
        (["--size", "quick", "--out", "x"], r"--size quick is one of a file's, but no file"),
        (["--task", "recall", "--gap", "5", "--jobs", "0", "--out", "x"], r"jobs must be a whole"),
        (["--task", "recall", "--gap", "5", "--gpu", "all", "--out", "x"], r"Unknown gpu 'all'"),
        (
            ["--task", "recall", "--gap", "5", "--cell", "lst", "--out", "x"],
            r"Unknown cell 'lst'.*Did you mean 'lstm'\?",
        ),
    ],
)
def test_a_mistake_is_told_in_a_line_and_nothing_is_written(arguments, message, tmp_path):
    done = run("sweep", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert re.search(message, done.stderr)
    assert not list(tmp_path.iterdir())


BASE = ["--task", "recall", "--cell", "lstm", "--gap", "5"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "1000000000"], r"seeds must be a whole number, 10,000 or less"),
        (["--seeds", "0"], r"seeds must be a whole number, 1 or more"),
        (["--steps", "7"], r"steps=7 is no multiple of check_every=40.*Pass steps=40"),
        (["--set", "steps=0"], r"steps must be a whole number, 1 or more, but 0"),
        (["--set", "steps=1.5"], r"steps must be a whole number, 1 or more, but 1.5"),
        (["--set", "batch_size=-3"], r"batch_size must be a whole number, 1 or more, but -3"),
        (["--set", "samples=1e12"], r"samples must be a whole number, .* but 1000000000000.0"),
        (["--set", "samples=1000000000000"], r"samples must be a whole number, 100,000 or less"),
        (["--set", "check_every=1000000"], r"steps=1000 is no multiple of check_every=1000000"),
        (["--set", "units=1000000000"], r"units must be a whole number, .*10,000"),
        (["--set", "clipnorm=nan"], r"clipnorm must be finite, but nan was given"),
        (["--set", "learning_rate=inf"], r"learning_rate must be finite, but inf was given"),
        (["--set", "clipnrm=1"], r"Unknown option of Adam 'clipnrm'.*'clipnorm'\?"),
        (["--set", "momentum=none"], r"Unknown option of Adam 'momentum'"),
        (["--set", "self=3"], r"Unknown .* 'self'"),
        (["--set", "grids=recall"], r"grids must be a list of dicts of axes, but 'recall' was"),
        (["--set", "title=x"], r"Unknown .* 'title'"),
        (["--gap", "1" * 5000], r"gap must be finite, but inf was given"),
        (["--jobs", "1000000"], r"jobs must be a whole number, 1,024 or less"),
        (["--scheduler", ""], r"A scheduler has an address, but '' was given"),
        (["--scheduler", "nonsense://x"], r"No Dask scheduler answers at 'nonsense://x'"),
    ],
)
def test_a_wrong_number_is_told_in_a_line_and_nothing_is_written(arguments, message, tmp_path):
    if "--scheduler" in arguments:
        pytest.importorskip("distributed")
    done = run("sweep", *BASE, *arguments, "--out", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert re.search(message, done.stderr)
    assert not list(tmp_path.iterdir())


def test_many_options_of_the_optimizer_are_not_too_long_a_name(tmp_path):
    options = ["beta_1", "beta_2", "ema_momentum", "clipnorm", "weight_decay", "epsilon"]
    several = [f"--set={name}=0.0123456789012345" for name in options]
    several += ["--set=amsgrad=true", "--set=use_ema=true", "--set=ema_overwrite_frequency=12345"]
    several += ["--set=loss_scale_factor=1.23456789", "--set=gradient_accumulation_steps=2"]
    several += ["--set=units=2", "--set=batch_size=8", "--set=samples=16", "--set=layers=2"]
    done = run("sweep", *BASE, *several, "--seeds", 1, "--steps", 40, "--out", "x", "--jobs", 1,
                  cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    [result] = StudyDirectory(tmp_path / "x").results()
    assert len(result.run.optimizer_options) == 11
    [name] = {path.parent.name for path in tmp_path.glob("x/*/run.json")}
    assert 200 < len(name) <= 230


def made_study(path):
    """A directory of which each run is there."""
    directory = StudyDirectory.create(path, small_study())
    for run_ in small_study().runs():
        result = Result(run_, "in part", "updates used up", time=3, horizon=(2, 2))
        directory.add(run_, files_of(run_, result, protocol=directory.study.protocol))
    return directory


def test_damage_is_a_line_each_and_the_report_goes_on(tmp_path):
    directory = made_study(tmp_path / "s")
    first, second = (directory.run_path(small_study().runs()[number]) for number in (0, 2))
    (first / "run.json").write_text("")
    (second / "history.npz").write_text("")
    done = run("report", "s", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert re.match(rf"Note: .*{first.name}/run.json cannot be read: it is empty", lines[0])
    assert re.match(rf"Note: .*{second.name}/history.npz cannot be read", lines[1])
    assert "11 of 12 runs are there" in (tmp_path / "s/report.html").read_text(encoding="utf-8")


def test_no_study_to_report_is_told(tmp_path):
    done = run("report", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert re.search(r"'nowhere' holds no study", done.stderr)


def test_dask_that_is_missing_is_told_with_how_to_install_it(tmp_path):
    script = "import sys\nsys.modules['distributed'] = None\n" + PROGRAM[-1]
    done = subprocess.run(
        [PROGRAM[0], "-c", script, "sweep", *SMALL, "--scheduler", "tcp://h:1", "--out", "x"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert f"Install it with: {how_to_install('dask')}" in done.stderr


@pytest.mark.slow
def test_interrupting_keeps_what_is_there(tmp_path):
    # A shell that started the tests in the background has made its children deaf to this signal.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    words = [
        "--task",
        "recall",
        "--gap",
        "1",
        "--seeds",
        "500",
        "--set",
        "units=4",
        "--steps",
        "40",
    ]
    process = subprocess.Popen(
        [PROGRAM[0], "-c", hears + PROGRAM[-1], "sweep", *words, "--out", "x", "--jobs", "1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(240):
        if len(list(tmp_path.glob("x/*/run.json"))) >= 2:
            break
        time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted. The same command goes on where it was." in output
    assert errors == ""
    assert 2 <= len(StudyDirectory(tmp_path / "x").results()) < 500


def test_a_claim_is_measured_and_judged(tmp_path):
    done = run("claims", "c1", "--out", "claims", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert re.search(r"^C1 +An RNN is a chain", done.stdout, re.MULTILINE)
    assert re.search(r"^verdict +holds", done.stdout, re.MULTILINE)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert json.loads((tmp_path / "claims/C1.json").read_text())


def test_a_claim_that_is_none_is_told(tmp_path):
    done = run("claims", "C7", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "C7" in done.stderr
    assert not list(tmp_path.iterdir())
