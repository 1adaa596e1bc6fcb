"""What has been recorded for the live view, wherever it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keras_rnn_study.live_view.findings import Finding
from keras_rnn_study.live_view.index import Line, Run, Series, index_of


@dataclass(frozen=True, eq=False)
class Recording:
    """What the runs below a directory have recorded for the live view.

    Attributes:
        facts: (run, layer, part) to the facts that were written beside the first frame.
        frames: (run, layer, part) to training step to the packed frame, in the order of steps.
        lines: Run to its lines over training by name: "gradient_norm", "loss", a metric.
        findings: Run to what its last diagnosis found.
    """

    facts: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    frames: dict[tuple[str, str, str], Mapping[int, bytes]] = field(default_factory=dict)
    lines: dict[str, dict[str, Line]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    def add(self, key: tuple[str, str, str], step: int, frame: bytes) -> None:
        """Keep one more frame, of a training that writes no file.

        Args:
            key: Run, layer and part.
            step: Training step.
            frame: As `packing.pack` makes it.
        """
        kept = self.frames.setdefault(key, {})
        if not isinstance(kept, dict):
            raise TypeError("Frames that lie in a file are read, not added to.")
        kept[step] = frame

    def index(self) -> dict[str, dict[str, Run]]:
        """Return the index that the front end takes; see `index_of`."""
        series: dict[str, dict[str, Series]] = {}
        for (run, layer, part), frames in self.frames.items():
            facts = self.facts.get((run, layer, part), b"")
            series.setdefault(run, {})[f"frame/{layer}/{part}"] = Series(facts, list(frames))
        return index_of(series, self.lines, self.findings)
