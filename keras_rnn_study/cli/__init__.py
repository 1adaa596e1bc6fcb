"""The command line: a module a command.

TensorFlow is imported within the commands that need it, so that `--help` answers at once.
"""

import sys

import typer

from keras_rnn_study.cli.claims import claims
from keras_rnn_study.cli.demo import demo
from keras_rnn_study.cli.doctor import doctor
from keras_rnn_study.cli.fit import fit
from keras_rnn_study.cli.report import report
from keras_rnn_study.cli.sweep import sweep
from keras_rnn_study.cli.tasks import tasks
from keras_rnn_study.cli.view import view

app = typer.Typer(
    help="See inside standard Keras recurrent layers while they train.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (tasks, fit, demo, view, sweep, report, claims, doctor):  # as `--help` lists them
    app.command()(command)


def main():
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # not every pipe takes lines and arrows
    app()
