"""A progress bar for several trainings in a terminal."""

import keras
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keras_rnn_study.runs.run import STEPS_PER_EPOCH


def progress_bar(console):
    """A `rich.progress.Progress` with a line a run."""
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

    def __init__(self, progress, run):
        super().__init__()
        self._progress = progress
        self._every_step = run.facts.every_step
        self._task = progress.add_task(
            f"{run.label}, {run.facts.size_name} {run.size}",
            total=run.epochs * STEPS_PER_EPOCH,
            state="waiting",
            start=False,
        )

    def on_train_begin(self, logs=None):
        """Starts the clock."""
        self._progress.start_task(self._task)
        self._progress.update(self._task, state="building")

    def on_train_batch_end(self, batch, logs=None):
        """One step on."""
        # Where every step has a target, Keras' accuracy is mostly of steps that are easy.
        name = "loss" if self._every_step or "accuracy" not in logs else "accuracy"
        state = f"{name} {logs[name]:.2f}"
        self._progress.update(self._task, advance=1, state=state)
