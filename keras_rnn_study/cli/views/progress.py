"""A progress bar for several trainings in a terminal."""

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keras_rnn_study.runs.run import Run


def progress_bar(console: Console) -> Progress:
    """Make a progress bar that has a line for each run."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(compact=True),
        console=console,
    )


class Progressing(keras.callbacks.Callback):
    """Shows a training in a progress bar: steps done, and how the last batches went.

    Args:
        progress: What `progress_bar` returned, started.
        run: The `Run` that is trained.
    """

    def __init__(self, progress: Progress, run: Run) -> None:
        super().__init__()
        self._progress = progress
        self._every_step = run.facts.every_step
        self._task = progress.add_task(
            f"{run.label}, {run.facts.size_name} {run.size}",
            total=run.steps,
            state="waiting",
            start=False,
        )

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self._progress.start_task(self._task)
        self._progress.update(self._task, state="building")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Go one step on."""
        logs = logs or {}
        # Where every step has a target, Keras' accuracy is mostly of steps that are easy.
        name = "loss" if self._every_step or "accuracy" not in logs else "accuracy"
        state = f"{name} {logs[name]:.2f}"
        self._progress.update(self._task, advance=1, state=state)
