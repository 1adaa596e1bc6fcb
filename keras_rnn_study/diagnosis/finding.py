"""What a rule says of one model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From what keeps a network from learning to what is only worth knowing."""

Number: TypeAlias = float | int | str | None
Evidence: TypeAlias = Mapping[str, Number]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, the numbers that prove it, and the line that cures it.

    Attributes:
        name: str, the cause, such as `"vanishing_gradient"`: the name of its rule.
        severity: `"error"`: it keeps the network from learning; `"warning"`: it is likely to;
            `"note"`: worth knowing, no fault.
        title: One sentence, with numbers.
        evidence: dict of what was measured: numbers by name.
        why: Why this keeps a network from learning.
        remedy: Python code.
        lesson: Name of the lesson about it, such as `"2_vanishing"`.
        layer: Name of the layer, as `trace` has it, or `None`.
        time_step: int, where in the sequence, or `None`.
        training_step: int, when in training, or `None`.
        because: Name of another finding that explains this one, or `None`.
    """

    name: str
    severity: Severity
    title: str
    evidence: Evidence
    why: str
    remedy: str
    lesson: str
    layer: str | None = None
    time_step: int | None = None
    training_step: int | None = None
    because: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return all fields as what JSON has."""
        return vars(self) | {"evidence": dict(self.evidence)}

    def explained_by(self, cause: str) -> "Finding":
        """Return this finding as a symptom of another."""
        return replace(self, because=cause)
