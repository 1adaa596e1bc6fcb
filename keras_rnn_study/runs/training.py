"""One training run of one cell on one task, recorded by all three callbacks."""

import dataclasses
import math
import os

import keras

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.datasets import catalog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.runs.run import STEPS_PER_EPOCH, Run, verdict

_RECORD_EVERY = 20  # steps
_PROBE_SAMPLES = 64
_TEST_SAMPLES = 1024


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        run: The `Run`.
        score: Mean over held-out samples of what the task's `metric` says.
        standard_error: Of the score.
        horizon: Of the first recurrent layer's memory (an LSTM's c, else h), in steps: before and
            after training.
        decay: The same for the gradient's decay, in powers of ten.
        keep_gate: Mean of the gate that keeps the memory (LSTM: forget, GRU: update), before and
            after; `None` for a cell without gates.
    """

    run: Run
    score: float
    standard_error: float
    horizon: tuple
    decay: tuple
    keep_gate: tuple | None

    @property
    def verdict(self):
        """How it went, as `keras_rnn_study.runs.run.verdict` says it."""
        return verdict(self.run.facts, self.score, self.standard_error)


def fit(run, model, log_dir, callbacks=()):
    """Trains a model on fresh batches of its task, recorded by all three callbacks.

    Args:
        run: The `Run`.
        model: What `run.build()` returned.
        log_dir: Where events go, in the run `rnn` below it.
        callbacks: Further Keras callbacks.

    Returns:
        `Outcome`.

    Raises:
        ValueError: `log_dir` cannot be written, or has events of an earlier run, which TensorBoard
            would mix with these.
    """
    check_fresh(log_dir)
    module = catalog.get(run.task)
    options = run.data_options
    _, (x, y) = module.load_data(num_train=1, num_test=_TEST_SAMPLES, seed=run.seed, **options)
    probe = Probe(x[:_PROBE_SAMPLES], y[:_PROBE_SAMPLES])
    flow = GradientFlow(log_dir, probe, update_freq=_RECORD_EVERY)
    gates = GateActivations(log_dir, probe, update_freq=_RECORD_EVERY)
    keras.utils.set_random_seed(run.seed)
    model.fit(
        module.stream(run.batch_size, seed=run.seed, **options),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=run.epochs,
        shuffle=False,  # the stream is random already
        verbose=0,
        callbacks=[GradientNorms(log_dir), flow, gates, *callbacks],
    )
    scores = run.facts.scores(x, y, model.predict(x, batch_size=256, verbose=0))
    return _outcome(run, scores, flow.history, gates.history)


def check_fresh(log_dir):
    """Raises a `ValueError` if there are events of an earlier run in `log_dir`."""
    run_dir = os.path.join(log_dir, "rnn")
    if os.path.isdir(run_dir) and any("tfevents" in name for name in os.listdir(run_dir)):
        raise ValueError(
            f"{run_dir} holds the events of an earlier run, which TensorBoard would mix with new "
            "ones. Choose another log directory, or delete that one."
        )


def _outcome(run, scores, flow, gates):
    state = "c" if run.cell == "lstm" else "h"
    keep = {"lstm": "forget", "gru": "update"}.get(run.cell)

    def ends(history, name):
        return float(history[name][0]), float(history[name][-1])

    return Outcome(
        run=run,
        score=float(scores.mean()),
        standard_error=float(scores.std() / len(scores) ** 0.5),
        horizon=tuple(map(_steps, ends(flow, tag("gradient_horizon", run.cell, state)))),
        decay=ends(flow, tag("gradient_decay", run.cell, state)),
        keep_gate=None if keep is None else ends(gates, tag("gate_mean", run.cell, keep)),
    )


def _steps(horizon):
    """An int; NaN, which is none, where the gradient was not a number."""
    return horizon if math.isnan(horizon) else int(horizon)
