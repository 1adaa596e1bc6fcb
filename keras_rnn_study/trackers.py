"""Experiment trackers: for each a function that turns a run of its into the `log` of `Forward`.

    run = wandb.init(...)
    model.fit(..., callbacks=[norms, flow, Forward([norms, flow], to_wandb(run))])

None is needed to import this module: the run that one passes comes from the tracker itself. For
another tracker write two lines: a function of a step and a dict of numbers.
"""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import aim
    import clearml
    import mlflow
    import trackio
    import wandb

Log: TypeAlias = Callable[[int, dict[str, float]], None]

STEP = "training_step"
"""The metric that W&B draws ours against: its own step must never go back, and others use it."""

_MOST_AT_ONCE = 1000  # metrics that MLflow takes in one call


def to_wandb(run: "wandb.Run") -> Log:
    """Log to Weights & Biases, offline or not; beside other loggers, such as `WandbMetricsLogger`.

    Args:
        run: What `wandb.init()` returns.

    Raises:
        ValueError: `run` is something else.
    """
    _check("to_wandb", run, "log", "what `wandb.init()` returns")
    defined: set[str] = set()

    def log(step: int, values: dict[str, float]) -> None:
        for tag in values.keys() - defined:
            run.define_metric(tag, step_metric=STEP)
            defined.add(tag)
        run.log({STEP: step, **values})

    return log


def to_mlflow(run: "mlflow.ActiveRun") -> Log:
    """Log to MLflow: a folder, a file or a server, as the run has it.

    Args:
        run: What `mlflow.start_run()` or `mlflow.active_run()` returns.

    Raises:
        ValueError: `run` is something else.
    """
    _check("to_mlflow", run, "info", "what `mlflow.start_run()` returns")
    import mlflow

    client, run_id = mlflow.MlflowClient(), run.info.run_id

    def log(step: int, values: dict[str, float]) -> None:
        now = time.time_ns() // 1_000_000
        metrics = [mlflow.entities.Metric(tag, v, now, step) for tag, v in values.items()]
        for first in range(0, len(metrics), _MOST_AT_ONCE):
            client.log_batch(run_id, metrics[first : first + _MOST_AT_ONCE])

    return log


def to_trackio(run: "trackio.Run") -> Log:
    """Log to Trackio.

    Args:
        run: What `trackio.init()` returns.

    Raises:
        ValueError: `run` is something else.
    """
    _check("to_trackio", run, "log", "what `trackio.init()` returns")
    return lambda step, values: run.log(values, step=step)


def to_aim(run: "aim.Run") -> Log:
    """Log to Aim.

    Args:
        run: An `aim.Run()`.

    Raises:
        ValueError: `run` is something else.
    """
    _check("to_aim", run, "track", "an `aim.Run()`")
    return lambda step, values: run.track(values, step=step)


def to_clearml(task: "clearml.Task") -> Log:
    """Log to ClearML, offline or not.

    ClearML draws what is not finite as 0, which would show a gradient that exploded as one that
    vanished: such numbers are told in the console log instead.

    Args:
        task: What `clearml.Task.init()` returns.

    Raises:
        ValueError: `task` is something else.
    """
    _check("to_clearml", task, "get_logger", "what `clearml.Task.init()` returns")

    def log(step: int, values: dict[str, float]) -> None:
        logger = task.get_logger()
        for tag, value in values.items():
            if math.isfinite(value):
                logger.report_scalar(tag, tag, value, iteration=step)
            else:
                logger.report_text(f"{tag} is {value} at training step {step}")

    return log


def _check(name: str, run: object, attribute: str, expected: str) -> None:
    if not hasattr(run, attribute):
        raise ValueError(f"{name} expects {expected}. Received: {run!r}.")
