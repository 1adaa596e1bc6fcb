"""All public parameters with their valid range, once; wrong uses are generated from it.

Public is what the packages' `.pyi` stubs name. `test_public_parameters` compares this table with
them and with every signature: a new name or a new parameter is in it, or a test fails.
"""

import functools
import importlib
import inspect
import os
import pathlib
import re
import types
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from fuzz_things import THINGS
from valid_values import (
    ANYTHING,
    Range,
    array,
    boolean,
    choice,
    instance,
    integer,
    number,
    optional,
    several,
)

from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.datasets import catalog
from keras_rnn_study.runs import ranges

ROOT = pathlib.Path(__file__).parents[2]


@dataclass(frozen=True)
class Public:
    """Something that users call.

    Attributes:
        name: As users write it after `keras_rnn_study.`.
        ranges: Range of each parameter.
        valid: Arguments of a call that works, made when they are needed.
    """

    name: str
    ranges: dict[str, Range]
    valid: Callable[[], dict]

    def find(self):
        module, _, attribute = f"keras_rnn_study.{self.name}".rpartition(".")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError:  # a method
            module, _, owner = module.rpartition(".")
            return getattr(getattr(importlib.import_module(module), owner), attribute)


PATH = Range("a path", lambda value: isinstance(value, str | os.PathLike))
LABELS = ANYTHING  # whatever the loss takes: Keras' own affair beyond the number of samples
MODEL = instance(keras.Model, "a model")
UPDATE_FREQ, LOGS = choice("epoch", "batch") | integer(1), choice("main", "all", "none")
FREQUENCIES = {
    "update_freq": UPDATE_FREQ,
    "draw_freq": choice("end", "epoch") | integer(1),
    "logs": LOGS,
}
PROBE = ("x", "y", "sample_weight", "layers", "tokens", "evidence", "loss", "model")
NAME = instance(str, "a name")
LOG_DIR = ANYTHING  # a path or None: looked at when training begins
CELLS = ("simple_rnn", "lstm", "gru")
SEEDS = integer(0)


def _of_run(name):
    """The range by which a run checks itself."""
    known = ranges.RANGES[name]
    kind = integer if known.whole else number
    inside = kind(known.low, known.high)
    return optional(inside) if name in ranges.OPTIONAL else inside


RUN = {
    "task": choice(*catalog.TASK_NAMES),
    "cell": choice(*CELLS),
    "variant": optional(NAME),
    "init": choice("keras", "glorot", "identity", "chrono"),
    "optimizer": NAME,
    **{name: _of_run(name) for name in ranges.RANGES},
}
BUILD = {
    name: RUN[name]
    for name in ("cell", "units", "layers", "init", "gap", "forget_bias", "input_bias")
} | {"task": ANYTHING, "gap": ANYTHING, "optimizer": ANYTHING, "seed": optional(RUN["seed"])}


def _task(name):
    """The five functions of a task."""
    module = catalog.get(name)
    task = module.TASK
    options = {"gap": optional(integer(0, 100_000))}
    size = {"gap": 4}
    if task.variants:
        options |= {
            "variant": choice(*task.variants),
            "length": optional(integer(0, 100_000)),
        }
    if name == "language":
        options |= {"language": choice("en", "zh"), "text": optional(PATH)}
    x = array(f"inputs of {name}", ndim=1 + len(task.input_shape))
    make = {"num_samples": integer(1), "seed": SEEDS, **options}
    load = {"num_train": integer(1), "num_test": integer(1), "seed": SEEDS, **options}
    stream = {"batch_size": integer(1), "seed": SEEDS, "start": integer(0), **options}
    where = f"datasets.{name}"
    batch = functools.cache(lambda: module.make(3, seed=0, **size)[0])
    tokens = {"x": x}
    if name == "language":
        tokens |= {"language": choice("en", "zh"), "text": optional(PATH)}
    return [
        Public(f"{where}.make", make, lambda: {"num_samples": 3, "seed": 0, **size}),
        Public(f"{where}.load_data", load, lambda: {"num_train": 3, "num_test": 2, **size}),
        Public(f"{where}.stream", stream, lambda: {"batch_size": 3, "seed": 0, **size}),
        Public(f"{where}.evidence", {"x": x}, lambda: {"x": batch()}),
        Public(f"{where}.tokens", tokens, lambda: {"x": batch()}),
    ]


def _dynamics():
    """What looks at a model's Jacobians and inputs."""
    both = {"model": MODEL, "x": ANYTHING, "layer": optional(choice("lstm"))}
    labelled = both | {"y": LABELS, "loss": ANYTHING}
    batch = lambda: {"model": THINGS.model, "x": THINGS.x}  # noqa: E731
    labels = lambda: batch() | {"y": THINGS.y}  # noqa: E731
    last = THINGS.TIME - 1
    ranges = {
        "jacobians": (both | {"max_gib": number(1e-6)}, batch),
        "backward_gain": (labelled | {"step": optional(integer(0, last))}, batch),
        "lyapunov_exponents": (
            both
            | {
                "count": optional(integer(1, 2 * THINGS.UNITS)),
                "transient": optional(integer(0, last)),
            },
            batch,
        ),
        "contributions": (
            labelled | {"weight": choice("kernel", "recurrent_kernel", "bias")},
            labels,
        ),
        "connectivity": (
            {"model": MODEL, "x": ANYTHING, "y": LABELS, "loss": ANYTHING}
            | {"source": optional(choice("input_0"))},
            labels,
        ),
        "occlusion": (
            {"model": MODEL, "x": ANYTHING, "y": LABELS, "loss": ANYTHING, "baseline": ANYTHING},
            labels,
        ),
        "fixed_points": (
            {"model": MODEL, "layer": optional(choice("lstm")), "inputs": ANYTHING}
            | {"starts": ANYTHING, "tolerance": optional(number(1e-12)), "seed": SEEDS},
            lambda: {"model": THINGS.model, "starts": 2},
        ),
        "memory_capacity": (
            both | {"delays": integer(1, last - 1), "ridge": number(1e-12), "seed": SEEDS},
            lambda: batch() | {"delays": 2},
        ),
    }
    return [Public(f"dynamics.{name}", known, valid) for name, (known, valid) in ranges.items()]


VIEW = {
    "what": PATH | instance(object, "the trace of a model"),
    "language": optional(choice("en", "zh")),
    "theme": optional(choice("light", "dark")),
}
VALUES = array("numbers, (batch, time, units) or any shape")
NORMS = array("numbers, (..., time)")
STEPS = optional(array("booleans, (time,) or (batch, time)"))
MASK = optional(array("booleans, (batch, time)", ndim=2))

TRACKERS = (  # function, parameter, what a run is known by
    ("to_wandb", "run", "log"),
    ("to_mlflow", "run", "info"),
    ("to_trackio", "run", "log"),
    ("to_aim", "run", "track"),
    ("to_clearml", "task", "get_logger"),
)


def _tracker(function, parameter, attribute):
    known = Range("a tracker's run", lambda value: hasattr(value, attribute))
    run = types.SimpleNamespace(**{attribute: types.SimpleNamespace(run_id="1")})
    return Public(f"trackers.{function}", {parameter: known}, lambda: {parameter: run})


TABLE = [
    *(public for name in catalog.TASK_NAMES for public in _task(name)),
    Public(
        "datasets.catalog.get", {"name": choice(*catalog.TASK_NAMES)}, lambda: {"name": "recall"}
    ),
    Public(
        "trace",
        {
            "model": MODEL,
            "x": ANYTHING,
            "y": LABELS,
            "sample_weight": ANYTHING,
            "layers": optional(several(choice("lstm"))),
            "gradients": boolean(),
            "loss": ANYTHING,
        },
        lambda: {"model": THINGS.model, "x": THINGS.x, "y": THINGS.y},
    ),
    *(
        Public(f"{where}fused", {"model": MODEL}, lambda: {"model": THINGS.model})
        for where in ("", "fusion.")
    ),
    Public("build_model", BUILD, lambda: {"task": "recall", "cell": "lstm", "units": 2}),
    Public("runs.build_model", BUILD, lambda: {"task": "recall", "cell": "gru", "units": 2}),
    Public("runs.build_optimizer", {"name": NAME}, lambda: {"name": "adam"}),
    Public("runs.start_tensorflow", {"verbose": boolean()}, dict),
    Public(
        "runs.Run",
        RUN | {"optimizer_options": ANYTHING},
        lambda: {"task": "recall", "cell": "lstm", "gap": 3},
    ),
    Public(
        "callbacks.Probe",
        dict.fromkeys(PROBE, ANYTHING),
        lambda: {"x": THINGS.x, "y": THINGS.y},
    ),
    *(
        Public(
            f"callbacks.{name}",
            {
                "log_dir": LOG_DIR,
                "probe": instance(object, "a Probe"),
                "frames": boolean(),
                "metrics": boolean(),
                "samples": integer(1),
                **FREQUENCIES,
            },
            lambda: {"log_dir": None, "probe": THINGS.probe},
        )
        for name in ("GradientFlow", "GateActivations")
    ),
    *(
        Public(
            f"{where}diagnose",
            {
                "model": MODEL,
                "x": ANYTHING,
                "y": LABELS,
                "sample_weight": ANYTHING,
                "evidence": optional(array("booleans, (samples, time)", ndim=2)),
                "validation_data": ANYTHING,
            },
            lambda: {"model": THINGS.model, "x": THINGS.x, "y": THINGS.y},
        )
        for where in ("", "diagnosis.")
    ),
    Public(
        "diagnosis.foretell",
        {
            "model": MODEL,
            "x": ANYTHING,
            "y": LABELS,
            "evidence": array("booleans, (samples, time)", ndim=2),
            "updates": Range("0 or 40", lambda v: integer(0).accepts(v) and v in (0, 40)),
        },
        lambda: {
            "model": THINGS.model,
            "x": np.repeat(THINGS.x, 32, axis=0),
            "y": np.repeat(THINGS.y, 32, axis=0),
            "evidence": np.tile(np.arange(THINGS.TIME) == 0, (32 * THINGS.BATCH, 1)),
            "updates": 0,
        },
    ),
    Public(
        "callbacks.Diagnosis",
        {
            "log_dir": LOG_DIR,
            "probe": instance(object, "a Probe"),
            "update_freq": UPDATE_FREQ,
            "validation_data": ANYTHING,
        },
        lambda: {"log_dir": None, "probe": THINGS.probe},
    ),
    Public(
        "callbacks.Dynamics",
        {
            "log_dir": LOG_DIR,
            "probe": instance(object, "a Probe"),
            "samples": integer(1),
            **FREQUENCIES,
        },
        lambda: {"log_dir": None, "probe": THINGS.probe},
    ),
    *_dynamics(),
    Public(
        "callbacks.GradientNorms",
        {"log_dir": LOG_DIR, "update_freq": UPDATE_FREQ, "logs": LOGS, "metrics": boolean()},
        lambda: {"log_dir": None},
    ),
    Public(
        "callbacks.Forward",
        {
            "callbacks": several(instance(GradientNorms, "a callback that measures")),
            "log": Range("a function", callable),
            "update_freq": UPDATE_FREQ,
            "every": integer(1),
        },
        lambda: {"callbacks": [GradientNorms()], "log": print},
    ),
    *(_tracker(*told) for told in TRACKERS),
    Public(
        "diagrams.lstm_module",
        {
            "layer": instance(object, "the trace of an LSTM"),
            "step": integer(0, THINGS.TIME - 1),
            "part": optional(choice("state", "forget", "input", "update", "output")),
            "sample": integer(0, THINGS.BATCH - 1),
            "unit": integer(0, THINGS.UNITS - 1),
        },
        lambda: {"layer": THINGS.lstm_trace, "step": 1},
    ),
    Public(
        "diagrams.gru_module",
        {
            "layer": instance(object, "the trace of a GRU"),
            "step": integer(0, THINGS.TIME - 1),
            "part": optional(choice("state", "reset", "candidate", "update")),
            "sample": integer(0, THINGS.BATCH - 1),
            "unit": integer(0, THINGS.UNITS - 1),
            "reset_after": boolean(),
        },
        lambda: {"layer": THINGS.gru_trace, "step": 1},
    ),
    Public(
        "diagrams.chain",
        {
            "layer": instance(object, "the trace of a SimpleRNN"),
            "inputs": optional(
                several(instance(str, "a str")) | instance(str, "one letter per step")
            ),
            "sample": integer(0, THINGS.BATCH - 1),
        },
        lambda: {"layer": THINGS.simple_rnn_trace},
    ),
    Public(
        "measures.horizon",
        {"norms": NORMS, "mask": STEPS, "fraction": number(0, 1)},
        lambda: {"norms": [1.0, 2]},
    ),
    Public("measures.decay", {"norms": NORMS, "mask": STEPS}, lambda: {"norms": [1.0, 2]}),
    Public("measures.step_norms", {"values": VALUES, "mask": MASK}, lambda: {"values": THINGS.x}),
    Public("measures.state_norm", {"values": VALUES, "mask": MASK}, lambda: {"values": THINGS.x}),
    Public("measures.mean", {"values": VALUES, "mask": MASK}, lambda: {"values": THINGS.x}),
    Public(
        "measures.saturation",
        {"values": ANYTHING, "activation": NAME, "mask": ANYTHING},
        lambda: {"values": THINGS.x, "activation": "tanh"},
    ),
    Public(
        "measures.histogram",
        {"values": VALUES, "mask": MASK, "buckets": integer(1, 100_000)},
        lambda: {"values": THINGS.x},
    ),
    Public(
        "measures.spectral_radius",
        {"kernel": array("a square matrix", ndim=2)},
        lambda: {"kernel": np.eye(3)},
    ),
    Public(
        "study.Study",
        {
            "seeds": integer(1) | several(SEEDS),
            "grids": optional(several(instance(dict, "a dict of axes"))),
            # An axis takes one value of its setting, or a list of them.
            **{name: axis | several(axis) for name, axis in RUN.items() if name != "seed"},
            **dict.fromkeys(THINGS.protocol_names, ANYTHING),
        },
        lambda: {"task": "recall", "cell": "lstm", "gap": 3, "seeds": 1},
    ),
    Public(
        "study.Protocol",
        dict.fromkeys(THINGS.protocol_names, ANYTHING),
        dict,
    ),
    Public(
        "study.read_study",
        {
            "path": PATH,
            "size": optional(choice("quick")),
            "changes": optional(instance(dict, "a dict")),
        },
        lambda: {"path": THINGS.study_file},
    ),
    Public("study.packaged_study", {"name": choice("gaps")}, lambda: {"name": "gaps"}),
    Public("study.StudyDirectory", {"path": PATH}, lambda: {"path": THINGS.study_folder}),
    Public(
        "study.write_report",
        {"study": PATH | instance(object, "a StudyDirectory"), "out": optional(PATH)},
        lambda: {"study": THINGS.study_directory, "out": THINGS.folder},
    ),
    Public(
        "doctor.examine", {"model": MODEL, "assume_gpu": boolean()}, lambda: {"model": THINGS.model}
    ),
    Public("doctor.this_machine", {}, dict),
    Public("doctor.model_file.load", {"path": PATH}, lambda: {"path": THINGS.model_file}),
    Public(
        "doctor.model_file.default_model",
        {"cells": optional(several(choice(*CELLS)))},
        dict,
    ),
    *(Public(f"{where}view", VIEW, lambda: {"what": THINGS.trace}) for where in ("", "live_view.")),
    Public(
        "live_view.record_trace",
        {
            "trace": instance(object, "the trace of a model"),
            "step": integer(0),
            "samples": integer(1),
            "tokens": ANYTHING,
            "evidence": ANYTHING,
            "run": NAME,
        },
        lambda: {"trace": THINGS.trace},
    ),
    *(
        Public(f"live_view.{name}", {"log_dir": PATH}, lambda: {"log_dir": THINGS.folder})
        for name in ("read_frames", "read_recording")
    ),
]

# What users receive or pass on, and do not make themselves: their constructors are no API.
MADE_BY_US = {
    "LayerTrace",
    "Trace",
    "claims.Claim",
    "claims.Judgement",
    "diagnosis.Finding",
    "diagnosis.Findings",
    "diagnosis.Foretelling",
    "diagnosis.Rule",
    "diagnosis.Signs",
    "dynamics.BackwardGain",
    "dynamics.Connectivity",
    "dynamics.Contributions",
    "dynamics.FixedPoints",
    "dynamics.LyapunovExponents",
    "dynamics.MemoryCapacity",
    "doctor.LayerKernel",
    "doctor.Machine",
    "doctor.Obstacle",
    "fusion.Fused",
    "live_view.Frame",
    "live_view.Recording",
    "runs.Result",
    "study.Result",
}
# They train for minutes, or judge what was trained; what they take, others have checked.
TRAIN = {"claims.run_claims", "runs.record", "runs.train", "runs.verdict", "study.sweep"}


def functions_of(module):
    """The functions that a module defines for others; a package says it in its own stub."""
    defined = inspect.getmembers(module, inspect.isfunction)
    return [
        (name, function)
        for name, function in defined
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


def public_callables():
    """Dotted names of all functions and classes that the stubs name, modules looked into."""
    stubs = {
        path.parent.relative_to(ROOT).as_posix().removeprefix("keras_rnn_study").strip("/"): path
        for folder in ("keras_rnn_study", "callbacks", "datasets")
        for path in (ROOT / folder).rglob("__init__.pyi")
    }
    names = set()
    for home, path in stubs.items():
        for name in re.findall(r" as (\w+)$", path.read_text("utf-8"), re.MULTILINE):
            dotted = ".".join(filter(None, [*home.split("/"), name]))
            found = Public(dotted, {}, dict).find()
            inside = {dotted: found}
            if inspect.ismodule(found):
                inside = {f"{dotted}.{other}": value for other, value in functions_of(found)}
            names |= {name for name, value in inside.items() if callable(value)}
    return names
