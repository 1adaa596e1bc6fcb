"""A training with all callbacks, for one look into one network."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms
from keras_rnn_study.callbacks.schedule import UpdateFreq
from keras_rnn_study.runs.checks import Checks, conclude
from keras_rnn_study.runs.log_dirs import check_fresh
from keras_rnn_study.runs.probing import probe_of
from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.runs.training import train

_RECORD_EVERY = 20  # steps
_TEST_SAMPLES = 512  # of the checks; as many others give the final score


def record(
    run: Run,
    model: keras.Model,
    log_dir: str,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Result:
    """Train a model on fresh batches of its task, recorded by all three callbacks.

    Args:
        run: The `Run`.
        model: What `run.build()` returned.
        log_dir: Where events go, in the run `rnn` below it; the score of each check is among them.
        callbacks: Further Keras callbacks.

    Returns:
        What the run came to.

    Raises:
        ValueError: `log_dir` cannot be written, or has events of an earlier run, which TensorBoard
            would mix with these.
    """
    check_fresh(log_dir)
    x, y = run.held_out(2 * _TEST_SAMPLES)
    checked, final = (
        (x[:_TEST_SAMPLES], y[:_TEST_SAMPLES]),
        (x[_TEST_SAMPLES:], y[_TEST_SAMPLES:]),
    )
    probe = probe_of(run, x, y)
    # The last record is to be of the trained model.
    update_freq: UpdateFreq = "epoch" if run.steps % _RECORD_EVERY else _RECORD_EVERY
    norms = GradientNorms(log_dir)
    flow = GradientFlow(log_dir, probe, update_freq=update_freq)
    gates = GateActivations(log_dir, probe, update_freq=update_freq)
    checks = Checks(run, lambda: _scores(run, model, *checked))
    train(run, model, [checks, norms, flow, gates, *callbacks])  # the score is recorded, too
    return conclude(
        checks,
        _scores(run, model, *final),
        flow.history | gates.history,
        norms.history["gradient_norm/global"],
    )


def _scores(run: Run, model: keras.Model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return run.facts.scores(x, y, model.predict(x, batch_size=256, verbose=0))
