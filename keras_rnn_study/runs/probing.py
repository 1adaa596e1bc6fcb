"""A probe of a run: some samples of its task, which callbacks look at again and again."""

import numpy as np

from keras_rnn_study.callbacks import Probe
from keras_rnn_study.datasets import catalog
from keras_rnn_study.runs.run import Run

SAMPLES = 64


def probe_of(run: Run, x: np.ndarray, y: np.ndarray) -> Probe:
    """Return a probe of the first samples; in the live view the first one has names and marks.

    Args:
        run: The `Run`.
        x: Inputs of its task, such as `run.held_out` returns.
        y: Their answers.
    """
    task = catalog.get(run.task)
    return Probe(
        x[:SAMPLES],
        y[:SAMPLES],
        tokens=task.tokens(x[:1]),
        evidence=task.evidence(x[:1]),
    )
