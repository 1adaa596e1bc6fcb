"""What stands beside frames: which parts there are, and what does not change between records."""

from typing import TypedDict

PARTS = ("flow", "values", "gradients")
"""Batch means over time; gates and states by unit; gradients by unit."""


class LayerFacts(TypedDict):
    """What does not change from record to record; written with the first one, as JSON."""

    cell: str
    activations: dict[str, str]
    time: int
    units: int
    samples: int
    tokens: list[list[str]]
    evidence: list[list[bool]]
    quantities: list[str]
