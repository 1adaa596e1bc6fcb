"""How far a sweep is, in a terminal; line by line where there is none."""

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from keras_rnn_study.study.sweeping.sweep import Progress as SweepProgress


class SweepDisplay:
    """One line for a whole sweep: runs done, running and failed, and the time left.

    Args:
        console: `rich.console.Console`.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[counts]}"),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            disable=not console.is_terminal,
            speed_estimate_period=600,  # long runs come first
        )
        self._task = self._bar.add_task("", total=1.0, counts="starting")
        self._told: int | None = None

    def __enter__(self) -> "SweepDisplay":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the line as it is."""
        self._bar.stop()

    def update(self, progress: SweepProgress) -> None:
        """Show a `keras_rnn_study.study.sweeping.sweep.Progress`."""
        counts = f"{progress.done} of {progress.total} runs, {progress.running} running"
        if progress.failed:
            counts += f", {progress.failed} failed"
        self._bar.update(self._task, completed=progress.work, counts=counts)
        if not self._console.is_terminal and progress.done != self._told:
            self._told = progress.done
            self._console.print(_line(progress), highlight=False, soft_wrap=True)


def _line(progress: SweepProgress) -> str:
    latest = progress.latest
    if latest is None:
        return f"{progress.done} of {progress.total} runs are there"
    run = latest.run
    size = f"{run.facts.size_name} {run.size}, seed {run.seed}"
    how = f"{latest.verdict} ({latest.reason})" if latest.failed else latest.verdict
    return f"{progress.done} of {progress.total}: {run.task}, {run.label}, {size}: {how}"
