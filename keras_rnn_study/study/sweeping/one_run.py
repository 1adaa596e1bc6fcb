"""Trains one run of a study and says what it came to."""

import functools
import math
import warnings

import keras
import numpy as np

from keras_rnn_study.callbacks import GradientFlow, Probe
from keras_rnn_study.datasets import catalog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.runs.run import verdict
from keras_rnn_study.study.result import Result
from keras_rnn_study.study.sweeping.stopping import Checks, Clock, standard_error

_PROBE_SAMPLES = 64


def train(run, protocol, bench):
    """Trains a run on fresh batches of its task.

    Args:
        run: The `Run`.
        protocol: `Protocol`.
        bench: A `Bench` that serves the run.

    Returns:
        Tuple of the `Result`; the history, dict of arrays: "step" (checks,), "score", "loss" and
        what `GradientFlow` records, at each check, and "training_gradient_norm" (steps,); and
        seconds, dict of float.
    """
    samples = protocol.samples
    checked, final = _held_out(run, samples)
    score = functools.partial(_scores, run, bench, *checked)
    checks, clock = Checks(run, protocol, score), Clock()
    flow = GradientFlow(None, Probe(*(part[:_PROBE_SAMPLES] for part in checked)))
    bench.put(run)
    keras.utils.set_random_seed(run.seed)
    with warnings.catch_warnings():
        # A gradient that is not finite is recorded, and ends the run.
        warnings.filterwarnings("ignore", message="The gradient of training step")
        bench.model.fit(
            catalog.get(run.task).stream(run.batch_size, seed=run.seed, **run.data_options),
            steps_per_epoch=protocol.check_every,
            epochs=math.ceil(run.steps / protocol.check_every),
            shuffle=False,  # the stream is random already
            verbose=0,
            callbacks=[clock, bench.norms, flow, checks],
        )
    norms = bench.gradient_norms()
    result = _result(run, checks, flow.history, norms, _scores(run, bench, *final))
    seconds = {
        "training": sum(clock.taken),
        "first step": clock.taken[0],
        "usual step": float(np.median(clock.taken)),
        "scoring": checks.seconds,
    }
    return result, _history(checks, flow.history, norms), seconds


def _held_out(run, samples):
    """Two sets of held-out samples: for the checks, and for the final score."""
    module = catalog.get(run.task)
    _, (x, y) = module.load_data(
        num_train=1, num_test=2 * samples, seed=run.seed, **run.data_options
    )
    return (x[:samples], y[:samples]), (x[samples:], y[samples:])


def _scores(run, bench, x, y):
    return run.facts.scores(x, y, bench.predict(x, run.batch_size))


def _result(run, checks, flow, norms, scores):
    memory = run.cell, "c" if run.cell == "lstm" else "h"
    horizon, decay = flow[tag("gradient_horizon", *memory)], flow[tag("gradient_decay", *memory)]
    score, error = float(scores.mean()), standard_error(scores)
    how = verdict(run.facts, score, error)
    if checks.ended == "not finite":
        how = "diverged"
    elif checks.ended == "success held":
        how = "learned"
    elif how == "learned":
        how = "in part"  # at the end, but it did not hold
    return Result(
        run,
        verdict=how,
        ended=checks.ended,
        updates=checks.updates,
        updates_to_success=checks.updates_to_success,
        score=score,
        standard_error=error,
        time=flow[tag("gradient_flow", *memory)].shape[1],
        horizon=(_steps(horizon[0]), _steps(horizon[-1])),
        decay=(float(decay[0]), float(decay[-1])),
        largest_gradient_norm=float(np.max(norms)),
    )


def _steps(horizon):
    """An int; NaN, which is none, where the gradient was not a number."""
    return float(horizon) if math.isnan(horizon) else int(horizon)


def _history(checks, flow, norms):
    history = {name: np.asarray(values, "float32") for name, values in flow.items()}
    history["step"] = flow["step"]
    history["score"], history["loss"] = np.array(checks.scores), np.array(checks.losses)
    history["training_gradient_norm"] = norms
    return history
