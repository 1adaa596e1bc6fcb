"""Every code block of README and of the site is run, or read by the program that it is for."""

import functools
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import command_line
import keras
import numpy as np
import pytest
from made_recordings import recording, write_events
from small_study import small_study

from keras_rnn_study.study import StudyDirectory

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
SITE = [ROOT / "docs" / name for name in ("tutorial.md", "lessons.md")]
SITE += [page for kind in ("how-to", "zh") for page in sorted((ROOT / "docs" / kind).glob("*.md"))]


def blocks(text):
    """Kind and code of each block."""
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


BLOCKS = blocks(README)
PAGES = {"README": BLOCKS, "README.zh": blocks(CHINESE)} | {
    str(page.relative_to(ROOT)): blocks(page.read_text(encoding="utf-8")) for page in SITE
}
OF_ALL = [block for page in PAGES.values() for block in page]
PYTHON = [(page, code) for page in PAGES for kind, code in PAGES[page] if kind == "python"]
COMMANDS = list(
    dict.fromkeys(line for kind, code in OF_ALL if kind == "sh" for line in code.splitlines())
)


# Where the work of minutes begins. What these commands do from there on, other tests run.
WORK = {
    "fit": ("keras_rnn_study.cli.fit", "compare"),
    "demo": ("keras_rnn_study.cli.demo", "compare"),
    "sweep": ("keras_rnn_study.study", "sweep"),
    "report": ("keras_rnn_study.study.report.page", "write_report"),
    "claims": ("keras_rnn_study.claims", "run_claims"),
    "tensorboard": ("tensorboard.program", "TensorBoard"),
    "view": ("keras_rnn_study.live_view.server", "serving"),
}


class WorkBegins(Exception):
    """Raised instead of the work."""


def program(name):
    """A console script of the environment that runs the tests."""
    return str(Path(sys.executable).parent / name)


@functools.cache
def names_on(page):
    """What a reader has, from one page on: a model, data, an optimizer and a training step."""
    model = keras.Sequential(
        [keras.Input((12, 3)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)]
    )
    model.compile("adam", loss="mse")
    optimizer = keras.optimizers.SGD()
    x, y = np.ones((64, 12, 3), "float32"), np.ones((64, 1), "float32")

    def train_step(batch):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(batch) - 1.0) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    data = {"x": x, "y": y, "x_val": x, "y_val": y}
    return data | {
        "model": model,
        "optimizer": optimizer,
        "batches": [x[:8], x[8:16]],
        "train_step": train_step,
    }


@pytest.mark.parametrize(("page", "code"), PYTHON, ids=lambda text: text.splitlines()[0])
def test_python_runs(page, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "offline")
    code = code.replace("epochs=10", "epochs=1")  # a reader's minute
    names = names_on(page)
    if tracker := re.search(r"^import (wandb)$", code, re.MULTILINE):
        tracker = pytest.importorskip(tracker[1])
        tracker.teardown()  # it reads the environment once in a process
    exec(compile(code, page, "exec"), names)
    if tracker:
        names["run"].finish()


def test_kinds_of_blocks():
    assert {kind for kind, _ in OF_ALL} == {"python", "sh", "text"}
    assert sum(kind == "python" for kind, _ in BLOCKS) == 2
    programs = (
        "make ",
        "python3 -m venv",
        "source ",
        "pip install",
        "keras-rnn-study",
        "tensorboard",
    )
    known = re.compile("|".join([*programs, "jupyter lab "]))
    assert all(known.match(command) for command in COMMANDS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_make_targets_exist(command):
    done = subprocess.run(["make", "-n", command.split()[1]], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_pip_finds_what_is_named(tmp_path):
    installed = {
        command.rpartition("install ")[2] for command in COMMANDS if "pip install" in command
    }
    assert installed == {"-e .", '-e ".[notebooks]"'}
    arguments = ["-m", "pip", "install", "--dry-run", "--no-deps", "--no-build-isolation", "-q"]
    arguments += [str(ROOT)]
    assert subprocess.run([sys.executable, *arguments], cwd=tmp_path).returncode == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what TensorBoard brings along
@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith("keras-rnn-study")], ids=lambda c: c
)
def test_commands_are_understood(command, tmp_path, monkeypatch):
    """By all of the program that comes before the work; what works at once is run."""
    words = command.split()[1:]
    if "model.keras" in words:
        layers = [keras.Input((5, 3)), keras.layers.LSTM(4)]
        keras.Sequential(layers).save(tmp_path / "model.keras")
    if "report" in words:  # of what the sweep before it made
        StudyDirectory.create(tmp_path / words[1], small_study())

    def begin(*arguments, **options):
        raise WorkBegins

    if words[0] in ("view", "tensorboard"):
        write_events(recording(lstm={}), tmp_path / words[1])
    writes_a_page = words[0] == "view" and "--html" in words  # at once, from what is recorded
    if words[0] in WORK and not writes_a_page:
        module, name = WORK[words[0]]
        monkeypatch.setattr(importlib.import_module(module), name, begin)
        with pytest.raises(WorkBegins):
            command_line.run(*words, cwd=tmp_path)
    else:
        done = command_line.run(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_demo_shows_the_short_gap_learned_by_all(tmp_path):
    """And the long one as it is: the table is of this run, whatever it says."""
    environment = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        [program("keras-rnn-study"), "demo", "--log-dir", "runs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^ +(\S+(?: \(chrono\))? +\d+) +([\d.]+) ", done.stdout, re.MULTILINE))
    accuracy = {tuple(name.rsplit(maxsplit=1)): float(value) for name, value in rows.items()}
    assert len(accuracy) == 6
    for (cell, gap), value in accuracy.items():
        if gap == "5":
            assert value > 0.95, (cell, gap)
    assert accuracy["simple_rnn", "100"] < 0.5
    assert len(list((tmp_path / "runs").rglob("*tfevents*"))) == 6
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what TensorBoard brings along
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("tensorboard")])
def test_tensorboard_understands(command, tmp_path, monkeypatch):
    """The browser tests have it serve."""
    from tensorboard.program import TensorBoard

    monkeypatch.chdir(tmp_path)
    Path(command.split()[-1]).mkdir(parents=True)
    TensorBoard().configure(command.split())
    with pytest.raises(SystemExit):
        TensorBoard().configure([*command.split(), "--no-such-option"])


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README + CHINESE))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()
