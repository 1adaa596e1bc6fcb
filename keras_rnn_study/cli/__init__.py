"""The command line: a module a command.

TensorFlow is imported within the commands that need it, so that `--help` answers at once.
"""

import importlib.metadata
import io
import sys
from typing import Annotated

import typer

from keras_rnn_study.cli.claims import claims
from keras_rnn_study.cli.demo import demo
from keras_rnn_study.cli.diagnose import diagnose
from keras_rnn_study.cli.doctor import doctor
from keras_rnn_study.cli.fit import fit
from keras_rnn_study.cli.lessons import lessons
from keras_rnn_study.cli.report import report
from keras_rnn_study.cli.sweep import sweep
from keras_rnn_study.cli.tasks import tasks
from keras_rnn_study.cli.tensorboard import tensorboard
from keras_rnn_study.cli.view import view

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_LOOKING, _STUDYING = (demo, lessons, tasks, fit, view, tensorboard), (sweep, report, claims)
for command in (*_LOOKING, *_STUDYING, diagnose, doctor):  # as `--help` lists them
    app.command()(command)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"keras-rnn-study {importlib.metadata.version('keras-rnn-study')}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """See inside standard Keras recurrent layers while they train."""


def main() -> None:
    """Run the command that was typed: entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every pipe takes lines and arrows
    app()
