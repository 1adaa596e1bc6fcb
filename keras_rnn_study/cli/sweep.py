"""`keras-rnn-study sweep`: many runs instead of one."""

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keras_rnn_study.cli.common import (
    Jobs,
    assignments,
    console,
    errors_in_a_line,
    number_of_jobs,
    warnings_in_a_line,
)

if TYPE_CHECKING:
    from keras_rnn_study.runs import Result
    from keras_rnn_study.study import Study


Values = list[str] | None  # of an axis, each with commas between several


def sweep(
    file: Annotated[
        str | None,
        typer.Argument(help="A study in a YAML file; options change it.", show_default="none"),
    ] = None,
    study: Annotated[
        str | None,
        typer.Option(
            help="Instead of a file, one that comes along, such as gaps.",
            metavar="NAME",
            show_default="none",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            help="Where the runs go. Given again, a study goes on there.",
            show_default="runs/FILE",
            metavar="DIRECTORY",
        ),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Which of the file's sizes.", show_default="the first")
    ] = None,
    task: Annotated[
        Values,
        typer.Option(
            help="Task; see `tasks`. All of these take several values: 10,20,50.",
            show_default=False,
        ),
    ] = None,
    cell: Annotated[
        Values, typer.Option(help="simple_rnn, lstm or gru.", show_default=False)
    ] = None,
    init: Annotated[
        Values,
        typer.Option(
            help="How layers start: keras, glorot, identity or chrono.", show_default=False
        ),
    ] = None,
    gap: Annotated[
        Values, typer.Option(help="Steps between the evidence and the answer.", show_default=False)
    ] = None,
    length: Annotated[
        Values,
        typer.Option(
            help="Instead of the gap, for variants that take a length.", show_default=False
        ),
    ] = None,
    variant: Annotated[
        Values, typer.Option(help="Which of the task's definitions.", show_default=False)
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Whatever else a run, its optimizer or the protocol has: units=32,64, "
            "clipnorm=none,1, give_up=1.",
            metavar="NAME=VALUES",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="How many.", show_default="5")] = None,
    steps: Annotated[
        int | None, typer.Option(help="Most training steps of a run.", show_default="1000")
    ] = None,
    jobs: Jobs = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Train on the workers of this Dask scheduler.", metavar="ADDRESS"),
    ] = None,
    gpu: Annotated[
        str, typer.Option(help="Workers share the GPUs, pin one each, or leave them off.")
    ] = "share",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run again what broke off.")
    ] = False,
) -> None:
    """Train a grid of runs, several seeds each, and say how many learned.

    Killed or interrupted, the same command goes on where it was.
    """
    with errors_in_a_line(), warnings_in_a_line():
        axes: dict[str, object] = {
            "task": task,
            "cell": cell,
            "init": init,
            "gap": gap,
            "length": length,
            "variant": variant,
            "seeds": seeds,
            "steps": steps,
        }
        jobs = number_of_jobs(jobs)
        file = _file(file, study)
        out = out or _place(file, size)
        grid = _study(file, size, _changes(axes, also or []))
        options = {"jobs": jobs, "scheduler": scheduler, "gpu": gpu, "retry_failed": retry_failed}
        results = _swept(grid, out, options)
    _print_results(results, out)
    if any(result.failed for result in results):
        raise typer.Exit(1)


def _swept(grid: "Study", out: str, options: Mapping[str, Any]) -> list["Result"]:
    """Sweep, and show how far it is; `options` are those of `sweep`."""
    from keras_rnn_study.cli.views.sweep_display import SweepDisplay
    from keras_rnn_study.study import sweep

    with SweepDisplay(console) as display:
        try:
            return sweep(grid, out, on_progress=display.update, **options)
        except KeyboardInterrupt:
            display.stop()
            console.print("Interrupted. The same command goes on where it was.", style="bold")
            raise typer.Exit(130) from None


def _file(file: str | None, packaged: str | None) -> str | None:
    """Return the path of the study's file, if it has one."""
    from keras_rnn_study.study.packaged import packaged_study

    if file is not None and packaged is not None:
        raise ValueError(
            f"Received the file {file} and --study {packaged}. A study is one of them: leave the "
            "other out."
        )
    return file if packaged is None else str(packaged_study(packaged))


def _study(file: str | None, size: str | None, changes: Mapping[str, Any]) -> "Study":
    """Return the file's study, or the one that the options describe."""
    from keras_rnn_study.study import Study, read_study

    if file is not None:
        return read_study(file, size, changes=changes).study
    if size is not None:
        raise ValueError(f"--size {size} is one of a file's, but no file was given. Leave it out.")
    return Study(**changes)


def _changes(axes: Mapping[str, object], also: Sequence[str]) -> dict[str, Any]:
    """Return what options say, as `Study` takes it."""
    from keras_rnn_study.study.files import parse_value

    given = {name: value for name, value in axes.items() if value is not None}
    given |= {name: [values] for name, values in assignments(also)}
    for name, values in given.items():
        if isinstance(values, list):
            words = [word.strip() for value in values for word in value.split(",") if word.strip()]
            values = [parse_value(word) for word in words]
            given[name] = values[0] if len(values) == 1 else values
    return given


def _place(file: str | None, size: str | None) -> str:
    """Name the directory after the file."""
    if file is None:
        raise ValueError("Where should the runs go? Pass, for example, --out runs/gaps.")
    name = os.path.splitext(os.path.basename(file))[0]
    return os.path.join("runs", f"{name}-{size}" if size else name)


def _print_results(results: Sequence["Result"], out: str) -> None:
    from keras_rnn_study.study.report.tables import summary_table

    console.print(summary_table(results))
    for result in [r for r in results if r.failed][:5]:
        console.print(f"Broke off: {result.run.label}, {result.run.size}: {result.reason}")
    place = shlex.quote(str(out))
    for line in (
        f"Runs: {out}",
        f"As a page, with figures: keras-rnn-study report {place}",
        f"In TensorBoard, also its HParams tab: tensorboard --logdir {place}",
    ):
        console.print(line, soft_wrap=True, highlight=False)
