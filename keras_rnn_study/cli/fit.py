"""`keras-rnn-study fit`: one training of each of some cells, recorded by all callbacks."""

from typing import Annotated

import typer

from keras_rnn_study.cli.common import LogDir, Verbose, assignments, errors_in_a_line, new_log_dir
from keras_rnn_study.cli.training import train

DEFAULT_GAP, DEFAULT_LENGTH = 50, 100


def fit(
    task: Annotated[str, typer.Option(help="Name of the task; see `tasks`.")] = "language",
    cell: Annotated[
        list[str] | None,
        typer.Option(
            help="simple_rnn, lstm or gru; may be given several times.",
            show_default="simple_rnn and lstm",
        ),
    ] = None,
    gap: Annotated[
        int | None,
        typer.Option(help="Steps between the evidence and the answer.", show_default="50"),
    ] = None,
    variant: Annotated[
        str | None, typer.Option(help="Which of the task's definitions; see `tasks NAME`.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            help="Instead of the gap, for variants that take a length.", show_default="100"
        ),
    ] = None,
    init: Annotated[
        str, typer.Option(help="How the layers start: keras, glorot, identity or chrono.")
    ] = "keras",
    units: Annotated[int, typer.Option(help="Units of each recurrent layer.")] = 32,
    layers: Annotated[int, typer.Option(help="Number of recurrent layers.")] = 1,
    steps: Annotated[int, typer.Option(min=1, help="Training steps, in epochs of 40.")] = 400,
    batch_size: Annotated[int, typer.Option(min=1, help="Samples in a step.")] = 64,
    learning_rate: Annotated[
        float, typer.Option("--learning-rate", "--lr", help="Learning rate.")
    ] = 3e-3,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Whatever else a run or its optimizer has: forget_bias=3, optimizer=sgd, "
            "clipnorm=1.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights and data.")] = 0,
    log_dir: LogDir = None,
    verbose: Verbose = False,
):
    """Train cells on a task, with all three callbacks, and compare them."""
    from keras_rnn_study.study.grid import make_run

    if gap is None and length is None:
        gap, length = _default_size(task, variant)
    options = {
        "task": task,
        "variant": variant,
        "gap": gap,
        "length": length,
        "init": init,
        "units": units,
        "layers": layers,
        "steps": steps,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    with errors_in_a_line():
        options |= _others(also or [], taken=options)
        cells = dict.fromkeys(cell or ["simple_rnn", "lstm"])
        runs = [make_run(options | {"cell": name}, seed) for name in cells]
    train(runs, log_dir or new_log_dir("fit"), verbose)


def _others(also, taken):
    """What `--set` says, as `make_run` takes it."""
    from keras_rnn_study.study.files import parse_value
    from keras_rnn_study.study.grid import check_axis

    others = {name: parse_value(value) for name, value in assignments(also)}
    for name in others:
        check_axis(name)
        if name in (*taken, "cell"):
            option = name.replace("_", "-")
            raise ValueError(f"{name} has an option of its own. Pass --{option} {others[name]}.")
    return others


def _default_size(task, variant):
    """A gap and a length, of which the variant takes one."""
    from keras_rnn_study.datasets import catalog

    with errors_in_a_line():
        facts = catalog.get(task).TASK
        if variant is not None:
            facts = facts.of(variant)
    return (DEFAULT_GAP, None) if facts.size_name == "gap" else (None, DEFAULT_LENGTH)
