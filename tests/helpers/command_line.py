"""The program, as a person meets it: here, or in a process of its own where that is the matter."""

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest
from rich.console import Console
from typer.testing import CliRunner

PROGRAM = [sys.executable, "-c", "from keras_rnn_study.cli import main; main()"]
TERMINAL = {"COLUMNS": "80", "NO_COLOR": "1"}


def run(
    *arguments: object, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The finished program, which ran in this process: nobody waits for another TensorFlow.

    An exception that the program does not turn into a line of its own is raised.
    """
    from keras_rnn_study.cli import app

    words = [str(argument) for argument in arguments]
    with _as_in_a_new_process(cwd, TERMINAL | variables):
        done = CliRunner().invoke(app, words, prog_name="keras-rnn-study", catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_alone(
    *arguments: object, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The finished program, which ran in a process of its own."""
    environment = os.environ | TERMINAL | variables
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # as it is where nobody tests
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
    )


@contextlib.contextmanager
def _as_in_a_new_process(cwd: Path | None, variables: dict[str, str]) -> Iterator[None]:
    """What a process has from its start, for the block only."""
    from keras_rnn_study.cli.common import console

    level = logging.getLogger("tensorflow").level
    keras.utils.clear_session(free_memory=False)
    with pytest.MonkeyPatch.context() as patch:
        if cwd is not None:
            patch.chdir(cwd)
        for name, value in variables.items():
            patch.setenv(name, value)
        # All modules have this console, which looked at the terminal when it was made.
        patch.setattr(console, "__dict__", vars(Console()))
        try:
            yield
        finally:
            logging.getLogger("tensorflow").setLevel(level)
