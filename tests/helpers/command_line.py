"""The program: in a process of its own, as a person meets it, or within the one of the tests."""

import contextlib
import dataclasses
import logging
import os
import subprocess
import sys

PROGRAM = [sys.executable, "-c", "from keras_rnn_study.cli import main; main()"]


@dataclasses.dataclass
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments, cwd=None, **variables):
    """The command in a process of its own: for what is about the process itself."""
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1"} | variables
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
    )


def invoke(*arguments, cwd=None):
    """The command within this process, where TensorFlow has started already."""
    from typer.testing import CliRunner

    from keras_rnn_study.cli import app

    logger = logging.getLogger("tensorflow")
    level = logger.level
    try:
        with _within(cwd):
            done = CliRunner(env={"NO_COLOR": "1"}).invoke(app, [*map(str, arguments)])
    finally:
        logger.setLevel(level)  # which a command that starts TensorFlow turns down
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


@contextlib.contextmanager
def _within(folder):
    before = os.getcwd()
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)
