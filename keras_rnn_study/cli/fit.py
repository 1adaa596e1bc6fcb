"""`keras-rnn-study fit`: one training of each of some cells, recorded by all callbacks."""

from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from keras_rnn_study.cli.common import LogDir, Verbose, assignments, errors_in_a_line
from keras_rnn_study.cli.comparison import compare
from keras_rnn_study.runs import ranges

DEFAULT_CELLS = ("simple_rnn", "lstm")
DEFAULT_GAP, DEFAULT_LENGTH = 50, 100


def fit(
    task: Annotated[str, typer.Option(help="Name of the task; see `tasks`.")] = "language",
    cell: Annotated[
        list[str] | None,
        typer.Option(
            help="simple_rnn, lstm or gru; may be given several times.",
            show_default=" and ".join(DEFAULT_CELLS),
        ),
    ] = None,
    gap: Annotated[
        int | None,
        typer.Option(
            help="Steps between the evidence and the answer.", show_default=str(DEFAULT_GAP)
        ),
    ] = None,
    variant: Annotated[
        str | None, typer.Option(help="Which of the task's definitions; see `tasks NAME`.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            help="Instead of the gap, for variants that take a length.",
            show_default=str(DEFAULT_LENGTH),
        ),
    ] = None,
    init: Annotated[
        str, typer.Option(help="How the layers start: keras, glorot, identity or chrono.")
    ] = "keras",
    units: Annotated[int, typer.Option(help="Units of each recurrent layer.")] = ranges.UNITS,
    layers: Annotated[int, typer.Option(help="Number of recurrent layers.")] = ranges.LAYERS,
    steps: Annotated[int, typer.Option(help="Training steps.")] = ranges.STEPS,
    batch_size: Annotated[int, typer.Option(help="Samples in a step.")] = ranges.BATCH_SIZE,
    learning_rate: Annotated[
        float, typer.Option("--learning-rate", "--lr", help="Learning rate.")
    ] = ranges.LEARNING_RATE,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Whatever else a run or its optimizer has: forget_bias=3, input_bias=-3, "
            "optimizer=sgd, clipnorm=1.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights and data.")] = ranges.SEED,
    log_dir: LogDir = None,
    verbose: Verbose = False,
) -> None:
    """Train cells on a task, with all three callbacks, and compare them."""
    with errors_in_a_line():
        from keras_rnn_study.study.grid import make_run

        if gap is None and length is None:
            gap, length = _default_size(task, variant)
        options: dict[str, object] = {
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
        options |= _others(also or [], taken=(*options, "cell", "seed"))
        cells = dict.fromkeys(cell or DEFAULT_CELLS)
        runs = [make_run(options | {"cell": name}, seed) for name in cells]
    compare(runs, "fit", log_dir, verbose)


def _others(also: Sequence[str], taken: Collection[str]) -> dict[str, object]:
    """Return what `--set` says, as `make_run` takes it."""
    from keras_rnn_study.study.files import parse_value
    from keras_rnn_study.study.grid import check_axis

    others: dict[str, object] = {name: parse_value(value) for name, value in assignments(also)}
    for name in others:
        if name in taken:
            option = name.replace("_", "-")
            raise ValueError(f"{name} has an option of its own. Pass --{option} {others[name]}.")
        check_axis(name)
    return others


def _default_size(task: str, variant: str | None) -> tuple[int | None, int | None]:
    """Return a gap and a length, of which the variant takes one."""
    from keras_rnn_study.datasets import catalog

    facts = catalog.get(task).TASK
    if variant is not None:
        facts = facts.of(variant)
    return (DEFAULT_GAP, None) if facts.size_name == "gap" else (None, DEFAULT_LENGTH)
