"""`keras-rnn-study demo`: the long-term dependency problem in a minute or two."""

import functools
from typing import TYPE_CHECKING, Annotated

import typer

from keras_rnn_study.cli.common import LogDir, Verbose, console
from keras_rnn_study.cli.comparison import compare

if TYPE_CHECKING:
    from keras_rnn_study.runs import Run

GAPS = (5, 100)
CELLS = (("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono"))
LEARNING_RATE = 0.01
# The least that shows it: one gradient that vanishes on its way, and one that arrives.
QUICK_GAP, QUICK_CELLS, QUICK_STEPS = 40, (CELLS[1], CELLS[2]), 240


def demo(
    quick: Annotated[
        bool, typer.Option("--quick", help="Two networks, one gap: a picture in half a minute.")
    ] = False,
    log_dir: LogDir = None,
    verbose: Verbose = False,
) -> None:
    """Show the long-term dependency problem on plain prose: a minute on two cores.

    "I grew up in France ... I speak fluent ___": a short and a long gap, a simple RNN, an LSTM as
    Keras starts it, and an LSTM whose gates start at the memory times that the gap asks for.
    """
    if quick:
        compare(_quick_runs(), "demo", log_dir, verbose, page=True)
        console.print(
            "The page works from disk. It shows the gradient (across: the time step; downwards: "
            "training), of two networks on the same sentences. The whole demo takes a minute:",
            highlight=False,
        )
        console.print("  keras-rnn-study demo")
        return
    compare(_runs(), "demo", log_dir, verbose)
    console.print(
        "One seed and one rate prove little. At a lower rate a simple RNN, which Keras starts with "
        "an orthogonal kernel, may learn the long gap, too. Try",
        highlight=False,
    )
    console.print(
        "  keras-rnn-study fit --cell simple_rnn --gap 100 --lr 0.001 --steps 600",
        highlight=False,
        soft_wrap=True,
    )


def _runs() -> list["Run"]:
    from keras_rnn_study.runs.run import Run

    return [
        Run("language", cell, gap=gap, init=init, learning_rate=LEARNING_RATE)
        for gap in GAPS
        for cell, init in CELLS
    ]


def _quick_runs() -> list["Run"]:
    from keras_rnn_study.runs.run import Run

    run = functools.partial(Run, gap=QUICK_GAP, learning_rate=LEARNING_RATE, steps=QUICK_STEPS)
    return [run("language", cell, init=init) for cell, init in QUICK_CELLS]
