"""All that a diagnosis found: a list that prints."""

import html
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from keras_rnn_study.diagnosis.finding import SEVERITIES, Finding

_WIDTH = 80
_HEALTHY = "Nothing was found that would keep this network from learning."


class Findings(Sequence[Finding]):
    """What was found, the cause before its symptoms, and what was not looked at.

    A read-only list: `findings[0]` is what to mend first.

    Args:
        findings: In the order in which they are to be mended.
        not_looked_at: Why something is not known -> names of the rules that would need it.

    Attributes:
        not_looked_at: dict, as given.
    """

    def __init__(
        self, findings: Sequence[Finding], not_looked_at: Mapping[str, Sequence[str]]
    ) -> None:
        self._findings = tuple(findings)
        self.not_looked_at = {reason: tuple(names) for reason, names in not_looked_at.items()}

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> "Findings": ...

    def __getitem__(self, index: int | slice) -> "Finding | Findings":
        if isinstance(index, slice):
            return Findings(self._findings[index], self.not_looked_at)
        return self._findings[index]

    def __len__(self) -> int:
        return len(self._findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    @property
    def names(self) -> list[str]:
        """Names of the findings, in order."""
        return [finding.name for finding in self]

    @property
    def alarms(self) -> "Findings":
        """Those that are errors or warnings."""
        kept = [finding for finding in self if finding.severity != SEVERITIES[-1]]
        return Findings(kept, self.not_looked_at)

    def to_dict(self) -> dict[str, object]:
        """Return all of it as what JSON has."""
        return {
            "findings": [finding.to_dict() for finding in self],
            "not_looked_at": {reason: list(names) for reason, names in self.not_looked_at.items()},
        }

    def to_markdown(self) -> str:
        """Return all of it for TensorBoard's Text."""
        parts = [] if self.alarms else [_HEALTHY]
        for finding in self:
            parts += [f"### {_heading(finding)}", finding.title, _numbers(finding), finding.why]
            parts += [f"```python\n{finding.remedy}\n```", f"Lesson: `{finding.lesson}`"]
        return "\n\n".join([*parts, *_unseen(self)])

    def __repr__(self) -> str:
        parts = [] if self.alarms else [_HEALTHY]
        for number, finding in enumerate(self, start=1):
            heading = f"{number}. {_heading(finding)}"
            texts = [finding.title, _numbers(finding), f"Why: {finding.why}"]
            lines = [heading, *(_wrapped(text, "   ") for text in texts), "   Remedy:"]
            lines += [textwrap.indent(finding.remedy, "       ")]
            lines += [f"   Lesson: notebooks/{finding.lesson}.ipynb"]
            parts.append("\n".join(lines))
        return "\n\n".join([*parts, *(_wrapped(text, "") for text in _unseen(self))])

    def _repr_html_(self) -> str:
        parts = [] if self.alarms else [f"<p>{_HEALTHY}</p>"]
        for finding in self:
            shown = [html.escape(text) for text in (_heading(finding), finding.title)]
            numbers, why = html.escape(_numbers(finding)), html.escape(finding.why)
            parts.append(
                f"<h4>{shown[0]}</h4><p>{shown[1]}</p><p><small>{numbers}</small></p><p>{why}</p>"
                f"<pre>{html.escape(finding.remedy)}</pre>"
                f"<p>Lesson: <code>{html.escape(finding.lesson)}</code></p>"
            )
        parts += [f"<p><small>{html.escape(text)}</small></p>" for text in _unseen(self)]
        return "<div>" + "".join(parts) + "</div>"


def _heading(finding: Finding) -> str:
    places = [finding.layer]
    if finding.time_step is not None:
        places.append(f"time step {finding.time_step}")
    if finding.training_step is not None:
        places.append(f"training step {finding.training_step}")
    if finding.because is not None:
        places.append(f"explained by {finding.because}")
    place = ", ".join(place for place in places if place)
    return f"{finding.severity}: {finding.name}" + (f" ({place})" if place else "")


def _numbers(finding: Finding) -> str:
    shown = (
        f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}"
        for name, value in finding.evidence.items()
    )
    return "Evidence: " + ", ".join(shown)


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=True
    )


def _unseen(findings: Findings) -> list[str]:
    return [
        f"Not looked at ({reason}): {', '.join(names)}."
        for reason, names in findings.not_looked_at.items()
    ]
