"""The command line: `keras-rnn-study tasks | fit | demo | doctor`.

TensorFlow is imported within the commands that need it, so that `--help` answers at once.
"""

import contextlib
import os
import shlex
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from keras_rnn_study.quiet import start_tensorflow

app = typer.Typer(
    help="See inside standard Keras recurrent layers while they train.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

Verbose = Annotated[bool, typer.Option("--verbose", help="Show TensorFlow's own messages too.")]
LogDir = Annotated[
    str | None,
    typer.Option(help="Where to write events.", show_default="runs/<time>", metavar="DIRECTORY"),
]
DEFAULT_GAP, DEFAULT_LENGTH = 50, 100
DEMO_GAPS = (5, 100)
DEMO_CELLS = (("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono"))
DEMO_LEARNING_RATE = 0.01


def main():
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # not every pipe takes lines and arrows
    app()


@app.command()
def tasks(
    name: Annotated[
        str | None, typer.Argument(help="A task to look at.", show_default="list all")
    ] = None,
    gap: Annotated[
        int | None,
        typer.Option(help="Steps between the evidence and the answer.", show_default="20"),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            help="Instead of the gap, for variants that take a length.", show_default="40"
        ),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Which of the task's definitions.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another sample.")] = 0,
    picture: Annotated[
        str | None,
        typer.Option(help="Draw the sample to this file, too: .png, .svg or .pdf.", metavar="FILE"),
    ] = None,
):
    """List the tasks; or show one: its facts, and a sample with the gap drawn to scale."""
    from keras_rnn_study.task_views import facts, page, sample

    if name is None:
        with _errors_in_a_line():
            if any(option is not None for option in (gap, length, variant, picture)):
                raise ValueError(
                    "These options need a task. Pass, for example: keras-rnn-study tasks recall"
                )
        console.print(facts.task_list())
        console.print("\nTo look at one: keras-rnn-study tasks NAME", highlight=False)
        return
    with _errors_in_a_line():
        drawn = sample.draw(name, variant=variant, gap=gap, length=length, seed=seed)
        if picture is not None:
            from keras_rnn_study.task_views.picture import write

            write(drawn, picture)
    console.print(page.page(drawn, console.width), highlight=False)
    if picture is not None:
        console.print(f"Picture: {picture}", soft_wrap=True, highlight=False)


@app.command()
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
        float, typer.Option("--learning-rate", "--lr", help="Learning rate of Adam.")
    ] = 3e-3,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights and data.")] = 0,
    log_dir: LogDir = None,
    verbose: Verbose = False,
):
    """Train cells on a task, with all three callbacks, and compare them."""
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
        "seed": seed,
    }
    runs = [options | {"cell": name} for name in dict.fromkeys(cell or ["simple_rnn", "lstm"])]
    _train(runs, log_dir or _new_log_dir("fit"), verbose)


@app.command()
def demo(log_dir: LogDir = None, verbose: Verbose = False):
    """Show the long-term dependency problem on real prose: a minute or two on two cores.

    "I grew up in France ... I speak fluent ___": a short and a long gap, a simple RNN, an LSTM as
    Keras starts it, and an LSTM whose gates start at the memory times that the gap asks for.
    """
    runs = [
        {
            "task": "language",
            "cell": cell,
            "init": init,
            "gap": gap,
            "learning_rate": DEMO_LEARNING_RATE,
        }
        for gap in DEMO_GAPS
        for cell, init in DEMO_CELLS
    ]
    outcomes = _train(runs, log_dir or _new_log_dir("demo"), verbose)
    for gap in DEMO_GAPS:
        verdicts = {o.run.label: o.verdict for o in outcomes if o.run.size == gap}
        parts = [
            f"{verdict}: {', '.join(label for label, v in verdicts.items() if v == verdict)}"
            for verdict in dict.fromkeys(verdicts.values())
        ]
        console.print(f"Gap {gap}: {'; '.join(parts)}.", highlight=False)
    console.print(
        f"One seed and one learning rate ({DEMO_LEARNING_RATE}) prove little: Keras starts a "
        "simple RNN with an orthogonal kernel, which at a lower rate may get part of the long gap "
        "right. Try",
        highlight=False,
    )
    console.print(
        "  keras-rnn-study fit --cell simple_rnn --gap 100 --lr 0.001 --steps 600",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
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
    verbose: Verbose = False,
):
    """Say what runs here, and which layers of a model take a fast kernel, or why they do not."""
    with _errors_in_a_line():
        if model is not None and cell:
            raise ValueError(
                f"Received a model, {model!r}, and --cell. Expected one of them: a model has cells "
                "of its own."
            )
        try:
            start_tensorflow(verbose)
        except ModuleNotFoundError as error:
            raise ValueError(
                f"Keras does not start: {error}. Expected its backend to be TensorFlow. Install "
                "that if it is missing, or set KERAS_BACKEND=tensorflow."
            ) from None
        from keras_rnn_study import doctor_model, doctor_view
        from keras_rnn_study.doctor import diagnose, machine

        given = doctor_model.default_model(cell) if model is None else doctor_model.load(model)
        diagnoses = diagnose(given, assume_gpu=as_if_gpu)
        facts = machine()
    title = "Keras' layers, as they are by default" if model is None else model
    place = ", as if there were a GPU" if as_if_gpu else ""
    console.print(doctor_view.machine_view(facts), "")
    console.print(doctor_view.diagnoses_view(f"{title}{place}", diagnoses))


def _train(options, log_dir, verbose):
    """Trains one run after the other; prints a table and where the events are."""
    start_tensorflow(verbose)
    with _errors_in_a_line():
        from keras_rnn_study import fitting, progress
        from keras_rnn_study.run import Run

        runs = [Run(**run) for run in options]
        # All mistakes show before the first training, not after it.
        directories = [os.path.join(log_dir, _directory(run, runs)) for run in runs]
        for directory in directories:
            fitting.check_fresh(directory)
        models = [run.build() for run in runs]
    outcomes = []
    try:
        with _errors_in_a_line(), progress.progress_bar(console) as bar:
            shown = [progress.Progressing(bar, run) for run in runs]
            for run, model, directory, line in zip(runs, models, directories, shown, strict=True):
                outcomes.append(fitting.fit(run, model, directory, [line]))
    except KeyboardInterrupt:
        console.print("Interrupted.", style="bold")
        _print_results(outcomes, log_dir)
        raise typer.Exit(130) from None
    _print_results(outcomes, log_dir)
    return outcomes


def _print_results(outcomes, log_dir):
    from keras_rnn_study.tables import legend, outcome_table

    if outcomes:
        console.print(outcome_table(outcomes))
        console.print(legend(outcomes) + "\n", style="dim", highlight=False)
    console.print(f"Events: {log_dir}", soft_wrap=True, highlight=False)
    console.print(
        f"To look at them: tensorboard --logdir {shlex.quote(log_dir)}\n",
        soft_wrap=True,
        highlight=False,
    )


def _default_size(task, variant):
    """A gap and a length, of which the variant takes one."""
    from keras_rnn_study.datasets import catalog

    with _errors_in_a_line():
        facts = catalog.get(task).TASK
        if variant is not None:
            facts = facts.of(variant)
    return (DEFAULT_GAP, None) if facts.size_name == "gap" else (None, DEFAULT_LENGTH)


def _directory(run, runs):
    """`gap-50/lstm-chrono`, without the gap if it is the same for all."""
    name = run.cell if run.init == "keras" else f"{run.cell}-{run.init}"
    if len({other.size for other in runs}) == 1:
        return name
    return os.path.join(f"{run.facts.size_name}-{run.size}", name)


def _new_log_dir(name):
    return os.path.join("runs", time.strftime(f"{name}-%Y%m%d-%H%M%S"))


@contextlib.contextmanager
def _errors_in_a_line():
    """A mistake in what was asked for is told in a line, not in a traceback."""
    try:
        yield
    except (ValueError, ModuleNotFoundError, OSError, MemoryError) as error:
        reason = str(error) or "There is not enough memory. Pass a smaller gap or length."
        line = Text.assemble(("Error:", "bold red"), f" {reason}")
        Console(stderr=True).print(line, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
