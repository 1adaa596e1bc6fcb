"""`keras-rnn-study doctor`: what runs here, on which kernel, and why."""

import os
import sys
from typing import Annotated

import typer

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.cli.common import Verbose, console, errors_in_a_line
from keras_rnn_study.runs.quiet import start_tensorflow
from keras_rnn_study.runs.starts import CELLS


def doctor(
    model: Annotated[
        str | None,
        typer.Argument(
            help="A model file, such as model.keras.",
            show_default="Keras' own layers",
            metavar="MODEL",
        ),
    ] = None,
    cell: Annotated[
        list[str] | None,
        typer.Option(
            help="Without a model: simple_rnn, lstm or gru; may be given several times.",
            show_default="all",
        ),
    ] = None,
    as_if_gpu: Annotated[
        bool, typer.Option("--as-if-gpu", help="Answer for a machine with a GPU.")
    ] = False,
    as_report: Annotated[
        bool,
        typer.Option("--report", help="Print it to paste into an issue: no paths, no names."),
    ] = False,
    error: Annotated[
        str | None,
        typer.Option(
            help="With --report: a file with the traceback; - reads what is piped.",
            metavar="FILE",
            show_default="none",
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Say what runs here, and which layers of a model take a fast kernel, or why they do not."""
    with errors_in_a_line():
        _check(model, cell, error, as_report)
        said = None if error is None else _read(error)
        _start(verbose)
        from keras_rnn_study.cli.views import doctor as views
        from keras_rnn_study.doctor import examine, model_file, this_machine
        from keras_rnn_study.doctor.report import report

        given = model_file.default_model(cell) if model is None else model_file.load(model)
        kernels = examine(given, assume_gpu=as_if_gpu)
        facts = this_machine()
    if as_report:
        console.out(report(facts, kernels, said), highlight=False)
        return
    title = "Keras' layers, as they are by default" if model is None else model
    place = ", as if there were a GPU" if as_if_gpu else ""
    console.print(views.machine_view(facts), "")
    console.print(views.layers_view(f"{title}{place}", kernels))


def _check(model: str | None, cells: list[str] | None, error: str | None, as_report: bool) -> None:
    """Refuse what is wrong with the options before TensorFlow starts, which takes seconds."""
    if model is not None and cells:
        raise ValueError(
            f"Received a model, {model!r}, and --cell. Expected one of them: a model has cells "
            "of its own."
        )
    if error is not None and not as_report:
        raise ValueError(f"Received --error {error} without --report. Add --report.")
    for name in cells or []:
        check_choice("cell", name, CELLS)
    if model is not None and not os.path.isfile(model):
        raise ValueError(
            f"There is no model file {model!r}. Expected what model.save wrote, such as "
            "model.keras."
        )


def _start(verbose: bool) -> None:
    try:
        start_tensorflow(verbose)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"Keras does not start: {error}. Expected its backend to be TensorFlow. Install "
            "that if it is missing, or set KERAS_BACKEND=tensorflow."
        ) from None


def _read(error: str) -> str:
    """Return what went wrong, as it was printed."""
    if error == "-":
        return sys.stdin.read()
    try:
        with open(error, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as reason:
        raise ValueError(
            f"Cannot read {error!r}: {reason.strerror}. Pass the file that holds the traceback, or "
            "- and pipe it."
        ) from None
