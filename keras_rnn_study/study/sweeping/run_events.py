"""A run's event files: its curves, and what TensorBoard's HParams tab compares.

In that tab each run is a row: what it was trained with are its hyperparameters, and what the report
says of it are its metrics: whether it learned, the updates until it had, its gradient's horizon
before training, and its score at the end.
"""

import itertools
import os

import numpy as np

from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import columns, tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.grid import settings
from keras_rnn_study.study.naming import directory_name
from keras_rnn_study.study.record import History

_METRICS = {
    tag("study", "success"): "learned",
    tag("study", "updates"): "updates",
    tag("study", "horizon"): "horizon before training",
    tag("study", "score"): "score",
}


def write_events(
    log_dir: str | os.PathLike[str],
    run: Run,
    result: Result,
    history: History,
    varied: list[str],
    recording: Recording | None = None,
) -> None:
    """Write a run's events.

    Args:
        log_dir: Directory; events go into the run `rnn` below it.
        run: The `Run`.
        result: Its `Result`.
        history: dict of arrays, as `training.train` returns it; empty for a run that failed.
        varied: Names of the hyperparameters to show: those in which the study's runs differ.
        recording: What the live view shows of the run; `None`: nothing.
    """
    log = EventLog.open(log_dir)
    log.summary(_experiment(varied), step=0)
    log.summary(_session(run, varied), step=0)
    steps = history.get("step", np.empty(0, int))
    for name, values in _curves(history).items():
        for step, value in zip(steps, values, strict=True):
            log.add(name, value, step)
    _largest_norms(log, steps, history)
    if recording is not None:
        _frames(log, recording)
    metrics: dict[str, float | None] = {
        "success": result.learned,
        "updates": result.updates_to_success,
        "horizon": result.horizon[0],
        "score": None if result.failed else result.score,
    }
    for name, metric in metrics.items():
        if metric is not None:
            log.add(tag("study", name), float(metric), result.updates)
    log.close()


def _curves(history: History) -> History:
    """Return what is written of each check, by tag."""
    fit = {tag("fit", name): history[name] for name in ("score", "loss") if name in history}
    return fit | columns(history, ["back_in_time", "gradient_horizon", "gradient_decay"])


def _frames(log: EventLog, recording: Recording) -> None:
    for key, frames in recording.frames.items():
        _, layer, part = key
        for step, data in frames.items():
            log.add(tag("frame", layer, part), Packed(data, recording.facts[key]), step)


def _largest_norms(log: EventLog, steps: np.ndarray, history: History) -> None:
    """Write the largest gradient norm from each check to the next, at the step that it has."""
    norms = history.get("training_gradient_norm", np.empty(0))
    for begin, end in itertools.pairwise(steps):
        part = norms[begin:end]
        if len(part):
            log.add(tag("gradient_norm", "global"), part.max(), begin + int(part.argmax()))


def _experiment(varied: list[str]) -> object:
    from tensorboard.plugins.hparams import api, summary_v2

    metrics = [api.Metric(name, display_name=shown) for name, shown in _METRICS.items()]
    return summary_v2.hparams_config_pb([api.HParam(name) for name in varied], metrics)


def _session(run: Run, varied: list[str]) -> object:
    from tensorboard.plugins.hparams import summary_v2

    values = settings(run)
    given = {name: values[name] for name in varied if values.get(name) is not None}
    return summary_v2.hparams_pb(given, trial_id=directory_name(run))
