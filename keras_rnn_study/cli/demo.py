"""`keras-rnn-study demo`: the long-term dependency problem in a minute or two."""

from keras_rnn_study.cli.common import LogDir, Verbose, console
from keras_rnn_study.cli.comparison import compare

GAPS = (5, 100)
CELLS = (("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono"))
LEARNING_RATE = 0.01


def demo(log_dir: LogDir = None, verbose: Verbose = False) -> None:
    """Show the long-term dependency problem on plain prose: a minute on two cores.

    "I grew up in France ... I speak fluent ___": a short and a long gap, a simple RNN, an LSTM as
    Keras starts it, and an LSTM whose gates start at the memory times that the gap asks for.
    """
    from keras_rnn_study.runs.run import Run

    runs = [
        Run("language", cell, gap=gap, init=init, learning_rate=LEARNING_RATE)
        for gap in GAPS
        for cell, init in CELLS
    ]
    compare(runs, "demo", log_dir, verbose)
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
