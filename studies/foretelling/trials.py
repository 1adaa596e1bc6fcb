"""Whose learning is foretold: runs whose outcome the studies in `../results` have recorded.

Two runs of each condition. Development: the recall task's 42 networks and gaps of `gaps.yaml`. Held
out: other tasks, and other networks on recall. Digits are left out: all their steps are evidence,
so that none has to be held.
"""

import dataclasses
import pathlib

from keras_rnn_study.runs import Run
from keras_rnn_study.runs.result import Result
from keras_rnn_study.study.report.tables import read_results_csv

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "results"
SEEDS = 2
DEVELOPMENT = "gaps"
HELD_OUT = (
    "adding_1997",
    "adding_2015",
    "chrono_2018",
    "copy_memory",
    "forget_bias_2015",
    "input_bias",
    "reber_1997",
    "temporal_order_1997",
    "temporal_order_2013",
)


@dataclasses.dataclass(frozen=True)
class Trial:
    """One run and what became of it.

    Attributes:
        part: "development" or "held_out".
        study: Name of the study that recorded it.
        result: Its `Result`.
    """

    part: str
    study: str
    result: Result

    @property
    def run(self) -> Run:
        """The `Run`."""
        return self.result.run

    @property
    def condition(self) -> str:
        """Name what the run shares with those of other seeds."""
        run = self.run
        options = "".join(f", {name} {value}" for name, value in run.optimizer_options)
        return (
            f"{run.facts.label} {run.size}, {run.label}, {run.units} units, "
            f"{run.optimizer} {run.learning_rate:g}{options}"
        )

    @property
    def key(self) -> str:
        """Name the run."""
        return f"{self.condition}, seed {self.run.seed}"


def trials(part: str) -> list[Trial]:
    """Return the runs of a part; a network that several studies trained is of the first of them."""
    if part == "development":
        return _of(part, DEVELOPMENT)
    seen = {_start(trial.run) for trial in trials("development")}
    found = []
    for study in HELD_OUT:
        new = [trial for trial in _of(part, study) if _start(trial.run) not in seen]
        seen |= {_start(trial.run) for trial in new}
        found += new
    return found


def _of(part: str, study: str) -> list[Trial]:
    text = (RESULTS / f"{study}.csv").read_text(encoding="utf-8")
    return [
        Trial(part, study, result)
        for result in read_results_csv(text)
        if result.run.seed < SEEDS and not result.failed
    ]


def _start(run: Run) -> Run:
    """Return what the first updates depend on, but the seed: a forget bias of 1 is Keras' own."""
    bias = None if run.forget_bias == 1 else run.forget_bias
    return dataclasses.replace(run, forget_bias=bias, seed=0, steps=1)
