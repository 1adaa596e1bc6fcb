"""What a diagnosis found, as the view lists it: JSON in a run's event file, and in the index."""

import json
from collections.abc import Iterable
from typing import Protocol, TypedDict, cast

TAG = "findings/all"
SEVERITIES = ("error", "warning", "note")


class Finding(TypedDict):
    """One finding. A click on it goes to the layer and the steps, where they are known."""

    name: str
    severity: str
    layer: str | None
    time_step: int | None
    training_step: int | None
    title: str
    why: str
    remedy: str
    lesson: str


class Diagnosed(Protocol):
    """What is known of a finding, such as `diagnosis.Finding`; see `Finding` for the names."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def severity(self) -> str: ...  # noqa: D102

    @property
    def layer(self) -> str | None: ...  # noqa: D102

    @property
    def time_step(self) -> int | None: ...  # noqa: D102

    @property
    def training_step(self) -> int | None: ...  # noqa: D102

    @property
    def title(self) -> str: ...  # noqa: D102

    @property
    def why(self) -> str: ...  # noqa: D102

    @property
    def remedy(self) -> str: ...  # noqa: D102

    @property
    def lesson(self) -> str: ...  # noqa: D102


def packed_findings(found: Iterable[Diagnosed], training_step: int) -> bytes:
    """Return findings as they are written under `TAG`.

    Args:
        found: Findings.
        training_step: At which was looked; a finding that has one of its own keeps that.
    """
    names = Finding.__annotations__
    listed = [{name: getattr(one, name) for name in names} for one in found]
    for one in listed:
        if one["training_step"] is None:
            one["training_step"] = training_step
    return json.dumps(listed).encode()


def read_findings(data: bytes) -> list[Finding]:
    """Return the findings of one event, the worst first; what cannot be read is left out."""
    try:
        read = json.loads(data)
    except ValueError:
        return []
    known = [one for one in read if _is_finding(one)] if isinstance(read, list) else []
    return sorted(
        [cast(Finding, {name: one[name] for name in Finding.__annotations__}) for one in known],
        key=lambda one: SEVERITIES.index(one["severity"]),
    )


def _is_finding(one: object) -> bool:
    if not isinstance(one, dict) or one.get("severity") not in SEVERITIES:
        return False
    kinds = [
        (str, ("name", "title", "why", "remedy", "lesson")),
        (str | None, ("layer",)),
        (int | None, ("time_step", "training_step")),
    ]
    return all(
        name in one and isinstance(one[name], kind) for kind, names in kinds for name in names
    )
