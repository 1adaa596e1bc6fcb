"""Every code block of the README is run."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
PYTHON = [code for kind, code in BLOCKS if kind == "python"]
COMMANDS = [line for kind, code in BLOCKS if kind == "sh" for line in code.splitlines()]


# What a reader waits minutes for.
SHORTER = {"fit": ["--steps", "40"], "claims": ["C1"], "sweep": ["--steps", "40", "--seeds", "1"]}
SMALL_SWEEP = "sweep --task recall --gap 1 --seeds 1 --steps 40 --set units=4"


def program(name):
    """A console script of the environment that runs the tests."""
    return str(Path(sys.executable).parent / name)


@pytest.fixture(scope="module")
def names():
    """What a reader has: a model, data, an optimizer and a training step."""
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


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.splitlines()[0])
def test_python_runs(code, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), names)


def test_kinds_of_blocks():
    assert {kind for kind, _ in BLOCKS} == {"python", "sh", "text"}
    assert len(PYTHON) == 7
    known = re.compile(r"make |python3 -m venv |\S*pip install|\S*keras-rnn-study|tensorboard")
    assert all(known.match(command) for command in COMMANDS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_make_targets_exist(command):
    done = subprocess.run(["make", "-n", command.split()[1]], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_pip_finds_what_is_named(tmp_path):
    (command,) = [c for c in COMMANDS if "pip install" in c]
    assert command.endswith("install -e .")
    arguments = ["-m", "pip", "install", "--dry-run", "--no-deps", "--quiet", str(ROOT)]
    assert subprocess.run([sys.executable, *arguments], cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith("keras-rnn-study")], ids=lambda c: c
)
def test_commands_run(command, tmp_path):
    words = command.split()
    words[0] = program(words[0])
    words += SHORTER.get(words[1], [])
    if "report" in words:  # of what the sweep before it made
        there = [program("keras-rnn-study"), *SMALL_SWEEP.split(), "--out", words[2]]
        subprocess.run(there, cwd=tmp_path, check=True, capture_output=True)
    if "model.keras" in words:
        layers = [keras.Input((5, 3)), keras.layers.LSTM(4)]
        keras.Sequential(layers).save(tmp_path / "model.keras")
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
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


def test_tensorboard_serves_what_was_written(names, tmp_path):
    command, _ = [c for c in COMMANDS if c.startswith("tensorboard")]
    (tmp_path / "logs").mkdir()
    output = (tmp_path / "output").open("w+")
    words = [sys.executable, "-m", "tensorboard.main", *command.split()[1:], "--port", "0"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=output, stderr=output) as server:
        try:
            deadline = time.monotonic() + 60
            while "http://" not in Path(output.name).read_text():
                assert time.monotonic() < deadline, Path(output.name).read_text()
                time.sleep(0.25)
        finally:
            server.terminate()
    output.close()


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize(
    ("script", "arguments", "expected"),
    [
        ("two_cells_on_recall", ["--gap", "3", "--steps", "20"], r"lstm +accuracy \d"),
        ("callbacks_in_your_own_model", ["--epochs", "1"], r"gradient_horizon/second/h"),
    ],
)
def test_examples_run(script, arguments, expected, tmp_path):
    words = [sys.executable, str(ROOT / "examples" / f"{script}.py"), *arguments]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(expected, done.stdout)
    assert list(tmp_path.rglob("*tfevents*"))
