"""What a person without a clone has: the wheel in an empty environment, used elsewhere."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from built_package import build
from empty_environment import install

pytestmark = [pytest.mark.slow, pytest.mark.needs("git")]
EVENTS = "*tfevents*"


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder with the environment's programs."""
    (wheel,) = build(tmp_path_factory.mktemp("built"), ["wheel"]).glob("*.whl")
    return install(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder far from the clone, which is the person's home directory too."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(programs, home):
    """Runs a program there; its output."""

    def run(name, *arguments):
        done = subprocess.run(
            [programs / name, *arguments],
            cwd=home,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "80"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def command(run):
    """Runs a command of the program; its output."""
    return lambda *words: run("keras-rnn-study", *words)


def test_nothing_of_the_clone_is_used(run, programs):
    said = run("python", "-c", "import keras_rnn_study; print(keras_rnn_study.__file__)")
    assert Path(said.strip()).is_relative_to(programs.parent)


def test_first_picture(command, home):
    said = command("demo", "--quick", "--log-dir", "runs/demo")
    assert "runs/demo/view.html" in said
    assert "<script" in (home / "runs/demo/view.html").read_text("utf-8")


def test_tasks_are_listed_and_shown(command):
    assert "copy_memory" in command("tasks")
    assert "evidence" in command("tasks", "language", "--gap", "30")


def test_a_training_and_its_view(command, home):
    small = ("--task", "recall", "--gap", "3", "--units", "4", "--steps", "20", "--cell", "lstm")
    assert "lstm" in command("fit", *small, "--log-dir", "runs/fit")
    assert list((home / "runs/fit").rglob(EVENTS))
    assert "page.html" in command("view", "runs/fit", "--html", "page.html")


def test_a_study_that_comes_along_and_its_report(command, home):
    small = ("--cell", "lstm", "--init", "keras", "--gap", "3", "--seeds", "1", "--steps", "40")
    command("sweep", "--study", "gaps", *small, "--set", "units=4", "--out", "runs/gaps")
    command("report", "runs/gaps")
    assert list((home / "runs/gaps").glob("*.html"))


def test_a_claim(command):
    assert "C1" in command("claims", "C1", "--out", "runs/claims")


def test_a_lesson_runs_where_it_was_copied(command, run, home):
    command("lessons", "--to", "lessons", "--language", "en")
    cells = json.loads((home / "lessons/1_chain.ipynb").read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    plain = re.sub(r"^( *)%.*$", r"\1pass", "\n".join(code), flags=re.MULTILINE)  # of notebooks
    (home / "lessons/chain.py").write_text(plain, "utf-8")
    assert "largest difference from the Keras layer" in run("python", "lessons/chain.py")


def test_a_report_for_an_issue(command):
    assert "keras-rnn-study" in command("doctor", "--report")
