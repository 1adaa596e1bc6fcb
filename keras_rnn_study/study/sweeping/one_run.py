"""One run of a study: trained, and what it came to."""

import functools
import warnings

import numpy as np

from keras_rnn_study.callbacks import GateActivations, GradientFlow
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.live_view.showing import merged
from keras_rnn_study.runs.checks import Checks, conclude
from keras_rnn_study.runs.probing import probe_of
from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.runs.training import train
from keras_rnn_study.study.protocol import Protocol
from keras_rnn_study.study.sweeping.bench import Bench
from keras_rnn_study.study.sweeping.stopping import Clock, Stopping

History = dict[str, np.ndarray]


def perform(
    run: Run, protocol: Protocol, bench: Bench, is_shown: bool = False
) -> tuple[Result, History, dict[str, float], Recording]:
    """Train a run, check it on its way, and say what it came to.

    Args:
        run: The `Run`.
        protocol: `Protocol`.
        bench: A `Bench` that serves the run.
        is_shown: Whether to record for the live view, too; the result is the same.

    Returns:
        The result; the history: "step" (checks,), "score", "loss" and what `GradientFlow` records,
        at each check, and "training_gradient_norm" (steps,); seconds; and what the live view shows,
        nothing unless it `is_shown`.
    """
    x, y = run.held_out(2 * protocol.samples)
    checked, final = (
        functools.partial(_scores, run, bench, x[half], y[half])
        for half in (slice(protocol.samples), slice(protocol.samples, None))
    )
    checks, clock = Checks(run, checked), Clock()
    stopping = Stopping(checks, protocol)
    probe = probe_of(run, x[: protocol.samples], y[: protocol.samples])  # of those that are checked
    flow = GradientFlow(None, probe, frames=is_shown)
    shown = [flow, GateActivations(None, probe)] if is_shown else [flow]
    bench.put(run)
    with warnings.catch_warnings():
        # A gradient that is not finite is recorded, and ends the run.
        warnings.filterwarnings("ignore", message="The gradient of training step")
        train(
            run,
            bench.model,
            [clock, bench.norms, *shown, checks, stopping],
            steps_per_epoch=protocol.check_every,
        )
    norms = bench.gradient_norms()
    result = conclude(checks, final(), flow.history, norms, ended=stopping.ended)
    recording = merged([callback.recording() for callback in shown if is_shown])
    seconds = clock.seconds() | {"scoring": checks.seconds}
    return result, _history(checks, flow.history, norms), seconds, recording


def _scores(run: Run, bench: Bench, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return run.facts.scores(x, y, bench.predict(x, run.batch_size))


def _history(checks: Checks, flow: History, norms: np.ndarray) -> History:
    history = {name: np.asarray(values, "float32") for name, values in flow.items()}
    history["step"] = flow["step"]
    history["score"], history["loss"] = np.array(checks.scores), np.array(checks.losses)
    history["training_gradient_norm"] = norms
    return history
