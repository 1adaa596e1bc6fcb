"""The program, as a person meets it: in a process of its own."""

import os
import subprocess
import sys

PROGRAM = [sys.executable, "-c", "from keras_rnn_study.cli import main; main()"]


def run(*arguments, cwd=None, **variables):
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1"} | variables
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
    )
