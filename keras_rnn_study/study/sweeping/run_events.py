"""A run's event files: its curves, and what TensorBoard's HParams tab compares.

In that tab each run is a row: what it was trained with are its hyperparameters, and whether it
learned, after how many updates, and its gradient's horizon before training are its metrics.
"""

import itertools

import numpy as np

from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import columns, tag
from keras_rnn_study.study.directory import directory_name
from keras_rnn_study.study.grid import settings

_METRICS = {
    tag("study", "success"): "learned",
    tag("study", "updates"): "updates",
    tag("study", "horizon"): "horizon before training",
    tag("study", "score"): "score",
}


def write_events(log_dir, run, result, history, varied):
    """Writes a run's events.

    Args:
        log_dir: Directory; events go into the run `rnn` below it.
        run: The `Run`.
        result: Its `Result`.
        history: dict of arrays, as `training.train` returns it; empty for a run that failed.
        varied: Names of the hyperparameters to show: those in which the study's runs differ.
    """
    log = EventLog.open(log_dir)
    log.summary(_experiment(varied), step=0)
    log.summary(_session(run, varied), step=0)
    steps = history.get("step", [])
    for name in ("score", "loss"):
        for step, value in zip(steps, history.get(name, []), strict=True):
            log.add(tag("study", name), value, step)
    for name, values in columns(history, ["gradient_horizon", "gradient_decay"]).items():
        for step, value in zip(steps, values, strict=True):
            log.add(name, value, step)
    _largest_norms(log, steps, history)
    log.add(tag("study", "success"), float(result.learned), result.updates)
    log.add(tag("study", "updates"), float(result.updates), result.updates)
    if result.horizon[0] is not None:
        log.add(tag("study", "horizon"), float(result.horizon[0]), result.updates)
    log.close()


def _largest_norms(log, steps, history):
    """The largest gradient norm from each check to the next, at the step that it has."""
    norms = history.get("training_gradient_norm", np.empty(0))
    for begin, end in itertools.pairwise(steps):
        part = norms[begin:end]
        if len(part):
            log.add(tag("gradient_norm", "global"), part.max(), begin + int(part.argmax()))


def _experiment(varied):
    from tensorboard.plugins.hparams import api, summary_v2

    metrics = [api.Metric(name, display_name=shown) for name, shown in _METRICS.items()]
    return summary_v2.hparams_config_pb([api.HParam(name) for name in varied], metrics)


def _session(run, varied):
    from tensorboard.plugins.hparams import summary_v2

    values = settings(run)
    given = {name: values[name] for name in varied if values.get(name) is not None}
    return summary_v2.hparams_pb(given, trial_id=directory_name(run))
