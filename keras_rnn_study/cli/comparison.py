"""Several cells trained on one task, one after the other: progress bars, and a table at the end."""

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line, new_directory
from keras_rnn_study.runs.quiet import start_tensorflow

if TYPE_CHECKING:
    from keras_rnn_study.runs import Result, Run


def compare(
    runs: Sequence["Run"], name: str, log_dir: str | None, verbose: bool, *, page: bool = False
) -> list["Result"]:
    """Train one run after the other; print a table, and where the events are.

    Args:
        runs: They differ in cell, start or size.
        name: Of the command, which a new log directory is named after.
        log_dir: Where events go, a directory for each run below it; `None`: a new one.
        verbose: Show TensorFlow's own messages.
        page: Write the live view as a page, too, beside the events.
    """
    with errors_in_a_line():
        log_dir = _checked(runs, name, log_dir)
    start_tensorflow(verbose)
    results: list[Result] = []
    with errors_in_a_line():
        is_complete = _train(runs, log_dir, results)
    _print_results(results, log_dir)
    if not is_complete:
        raise typer.Exit(130)
    if page:
        with errors_in_a_line():
            _write_page(log_dir)
    return results


def _checked(runs: Sequence["Run"], name: str, log_dir: str | None) -> str:
    """Return the log directory: all mistakes show before TensorFlow starts, which takes seconds."""
    from keras_rnn_study.runs.log_dirs import check_fresh, make_writable

    for run in runs:
        run.samples(1)  # the data may have no such gap, or need another package
    if log_dir is None:
        return new_directory(name)
    for run in runs:
        check_fresh(os.path.join(log_dir, _directory(run, runs)))
    make_writable(log_dir)
    return log_dir


def _train(runs: Sequence["Run"], log_dir: str, results: list["Result"]) -> bool:
    """Add the result of each run to the list as soon as it is there.

    Returns:
        Whether all are there; else somebody has interrupted it.
    """
    from keras_rnn_study.cli.interruption import Interruption
    from keras_rnn_study.cli.views import progress
    from keras_rnn_study.runs import record

    try:
        with Interruption() as interruption:
            models = [run.build() for run in runs]
            with progress.progress_bar(console) as bar:
                shown = [progress.Progressing(bar, run) for run in runs]
                for run, model, line in zip(runs, models, shown, strict=True):
                    directory = os.path.join(log_dir, _directory(run, runs))
                    results.append(record(run, model, directory, [line, interruption]))
    except KeyboardInterrupt:
        console.print("Interrupted.", style="bold")
        return False
    return True


def _print_results(results: Sequence["Result"], log_dir: str) -> None:
    from keras_rnn_study.cli.views.result_table import legend, result_table

    if results:
        console.print(result_table(results))
        console.print(legend(results) + "\n", style="dim", highlight=False)
    place = shlex.quote(log_dir)
    for line in (
        f"To look inside: keras-rnn-study view {place}",
        f"In TensorBoard: keras-rnn-study tensorboard {place}\n",
    ):
        console.print(line, soft_wrap=True, highlight=False)


def _write_page(log_dir: str) -> None:
    from keras_rnn_study.live_view.page import write_page
    from keras_rnn_study.live_view.reading import read_recording

    path = write_page(read_recording(log_dir), os.path.join(log_dir, "view.html"))
    console.print(f"The picture, for your browser: {path}", soft_wrap=True, highlight=False)


def _directory(run: "Run", runs: Sequence["Run"]) -> str:
    """Name a run's directory: `lstm-chrono-100`, without the gap if all have the same.

    TensorBoard cuts names at the end: what tells runs apart comes first.
    """
    name = run.cell if run.init == "keras" else f"{run.cell}-{run.init}"
    return name if len({other.size for other in runs}) == 1 else f"{name}-{run.size}"
