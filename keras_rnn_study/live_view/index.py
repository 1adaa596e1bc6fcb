"""What there is to see, as the front end takes it: runs, layers, records, gradient norms."""

import itertools
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

from keras_rnn_study.live_view.facts import PARTS, LayerFacts
from keras_rnn_study.live_view.findings import Finding


@dataclass(frozen=True)
class Series:
    """The frames of one run, layer and part.

    Attributes:
        facts: As `recorded.facts_of` made them.
        steps: The training step of each record.
    """

    facts: bytes
    steps: Sequence[int]


class Layer(LayerFacts):
    """A layer's facts, and the training steps of its records by part."""

    steps: dict[str, list[int]]


class Norms(TypedDict):
    """The gradient norm of each training step; `None` where it is not finite."""

    steps: list[int]
    values: list[float | None]


class Run(TypedDict):
    """One training."""

    layers: dict[str, Layer]
    norms: Norms
    findings: list[Finding]


NO_NORMS = Norms(steps=[], values=[])


def split_tag(tag: str) -> tuple[str, str] | None:
    """Return layer and part of a frame's tag, `frame/<layer>/<part>`; `None` if it is no such."""
    kind, _, rest = tag.partition("/")
    layer, _, part = rest.rpartition("/")
    return (layer, part) if kind == "frame" and layer and part in PARTS else None


def index_of(
    series: Mapping[str, Mapping[str, Series]],
    norms: Mapping[str, Norms],
    findings: Mapping[str, list[Finding]],
) -> dict[str, dict[str, Run]]:
    """Return the index of some runs.

    Args:
        series: Run to tag to its `Series`. A tag whose facts cannot be read is left out.
        norms: Run to its gradient norms; a run may be missing.
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
            of_run = norms.get(run, NO_NORMS), findings.get(run, [])
            runs[run] = Run(layers=layers, norms=of_run[0], findings=of_run[1])
    return {"runs": runs}


def norms_of(steps: Sequence[int], values: Sequence[float]) -> Norms:
    """Return norms as JSON takes them, which knows neither NaN nor infinity."""
    return Norms(
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
