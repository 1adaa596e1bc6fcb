"""What there is to see, as the front end takes it: runs, layers, records, lines of training."""

import itertools
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

from keras_rnn_study.event_log.tags import split
from keras_rnn_study.live_view.facts import PARTS, LayerFacts
from keras_rnn_study.live_view.findings import Finding


@dataclass(frozen=True)
class Series:
    """The frames of one run, layer and part.

    Attributes:
        facts: As `frames.facts_of` made them.
        steps: The training step of each record.
    """

    facts: bytes
    steps: Sequence[int]


class Layer(LayerFacts):
    """A layer's facts, and the training steps of its records by part."""

    steps: dict[str, list[int]]


class Line(TypedDict):
    """One number over the training steps; `None` where it is not finite."""

    steps: list[int]
    values: list[float | None]


class Run(TypedDict):
    """One training."""

    layers: dict[str, Layer]
    lines: dict[str, Line]
    findings: list[Finding]


GRADIENT_NORM = "gradient_norm"
"""The line of `GradientNorms`; the others have Keras' names: "loss", "accuracy", "val_loss"."""


def split_tag(tag: str) -> tuple[str, str] | None:
    """Return layer and part of a frame's tag, `frame/<layer>/<part>`; `None` if it is no such."""
    kind, layer, part = split(tag)
    return (layer, part) if kind == "frame" and layer and part in PARTS else None


def line_name(tag: str) -> str | None:
    """Return the line that a scalar's tag belongs to; `None` if the view does not show it.

    Example:

    >>> [line_name(tag) for tag in ("gradient_norm/global", "fit/loss", "gradient_norm/lstm")]
    ['gradient_norm', 'loss', None]
    """
    kind, group, name = split(tag)
    if kind == "fit" and name:
        return f"{group}/{name}" if group else name
    return GRADIENT_NORM if (kind, group, name) == (GRADIENT_NORM, "", "global") else None


def index_of(
    series: Mapping[str, Mapping[str, Series]],
    lines: Mapping[str, Mapping[str, Line]],
    findings: Mapping[str, list[Finding]],
) -> dict[str, dict[str, Run]]:
    """Return the index of some runs.

    Args:
        series: Run to tag to its `Series`. A tag whose facts cannot be read is left out.
        lines: Run to its lines by name; a run may be missing.
        findings: Run to what a diagnosis found; a run may be missing.

    Returns:
        `{"runs": {run: Run}}`, as JSON takes it.
    """
    runs = {}
    for run, tags in series.items():
        layers: dict[str, Layer] = {}
        for tag, one in tags.items():
            place = split_tag(tag)
            facts = _read(one.facts)
            if place is None or facts is None:
                continue
            name, part = place
            layer = layers.setdefault(name, Layer(**facts, steps={}))
            layer["steps"][part] = [int(step) for step in one.steps]
            new = [q for q in facts["quantities"] if q not in layer["quantities"]]
            layer["quantities"] = [*layer["quantities"], *new]
        if layers:
            of_run = dict(lines.get(run, {}))
            runs[run] = Run(layers=layers, lines=of_run, findings=findings.get(run, []))
    return {"runs": runs}


def line_of(steps: Sequence[int], values: Sequence[float]) -> Line:
    """Return a line as JSON takes it, which knows neither NaN nor infinity."""
    return Line(
        steps=[int(step) for step in steps],
        values=[float(value) if math.isfinite(value) else None for value in values],
    )


def short_names(runs: Sequence[str]) -> dict[str, str]:
    """Return for each run what tells it from the others: without the folders that all share.

    Example:

    >>> short_names(["demo/gap-5/lstm/rnn", "demo/gap-100/lstm/rnn"])
    {'demo/gap-5/lstm/rnn': 'gap-5/lstm', 'demo/gap-100/lstm/rnn': 'gap-100/lstm'}
    >>> short_names(["rnn"])
    {'rnn': 'rnn'}
    """
    parts = {run: run.replace(os.sep, "/").split("/") for run in runs}
    parts = {r: p[:-1] if len(p) > 1 and p[-1] == "rnn" else p for r, p in parts.items()}
    columns = zip(*(p[:-1] for p in parts.values()), strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, columns))
    return {run: "/".join(p[shared:]) for run, p in parts.items()}


def _read(facts: bytes) -> LayerFacts | None:
    try:
        read = json.loads(facts)
        return cast(LayerFacts, {name: read[name] for name in LayerFacts.__annotations__})
    except (ValueError, KeyError, TypeError):
        return None
