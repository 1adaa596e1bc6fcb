"""One training after the other, with progress bars, and a table of how they went."""

import os
import shlex

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line
from keras_rnn_study.runs.quiet import start_tensorflow


def train(runs, log_dir, verbose):
    """Trains one `Run` after the other; prints a table and where the events are."""
    start_tensorflow(verbose)
    with errors_in_a_line():
        from keras_rnn_study.cli.views import progress
        from keras_rnn_study.runs import training

        # All mistakes show before the first training, not after it.
        directories = [os.path.join(log_dir, _directory(run, runs)) for run in runs]
        for directory in directories:
            training.check_fresh(directory)
        models = [run.build() for run in runs]
    outcomes = []
    try:
        with errors_in_a_line(), progress.progress_bar(console) as bar:
            shown = [progress.Progressing(bar, run) for run in runs]
            for run, model, directory, line in zip(runs, models, directories, shown, strict=True):
                outcomes.append(training.fit(run, model, directory, [line]))
    except KeyboardInterrupt:
        console.print("Interrupted.", style="bold")
        _print_results(outcomes, log_dir)
        raise typer.Exit(130) from None
    _print_results(outcomes, log_dir)
    return outcomes


def _print_results(outcomes, log_dir):
    from keras_rnn_study.cli.views.outcome_table import legend, outcome_table

    if outcomes:
        console.print(outcome_table(outcomes))
        console.print(legend(outcomes) + "\n", style="dim", highlight=False)
    console.print(f"Events: {log_dir}", soft_wrap=True, highlight=False)
    console.print(
        f"To look at them: tensorboard --logdir {shlex.quote(log_dir)}\n",
        soft_wrap=True,
        highlight=False,
    )


def _directory(run, runs):
    """`gap-50/lstm-chrono`, without the gap if it is the same for all."""
    name = run.cell if run.init == "keras" else f"{run.cell}-{run.init}"
    if len({other.size for other in runs}) == 1:
        return name
    return os.path.join(f"{run.facts.size_name}-{run.size}", name)
