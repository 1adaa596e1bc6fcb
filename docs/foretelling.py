"""Writes docs/foretelling.md and its picture from what studies/foretelling/evaluate.py found.

python docs/foretelling.py
"""

import json
from collections.abc import Mapping
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_rnn_study.diagnosis.foretelling.odds import NAMES, SURE, UPDATES

DOCS = Path(__file__).parent
RESULTS = DOCS.parent / "studies" / "results" / "foretelling.json"
PICTURE = DOCS / "images" / "foretelling.png"
GOAL = 0.95
STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
SCORES = {
    "gap": "the gap alone",
    "reach before": "the reach alone, before training",
    "reach after": f"the reach alone, after {UPDATES} updates",
    "foretold before": "both signs, before training",
    "foretold after": f"both signs, after {UPDATES} updates",
}
"""What is held against what, and how it is called."""
LINES = {
    "gap": ("0.6", (1, 1.5)),
    "reach before": ("#56B4E9", (5, 2)),
    "foretold before": ("#0072B2", ()),
    "foretold after": ("#D55E00", ()),
}
"""The curves that are drawn: colour and dashes."""
TEXT = """# Will this run learn?

<!-- Made by docs/foretelling.py; change that, not this. -->

```python
from keras_rnn_study.diagnosis import foretell

# evidence: booleans (samples, time), the steps that decide the answer
told = foretell(model, x, y, evidence=evidence)
print(told)  # a sentence; told.probability, told.before, told.after
```

`foretell` looks at the model, does {updates} updates by a copy of its optimizer, looks again, and undoes them. It is for the moment
before an hour of training: which of these five networks is worth it? `updates=0` looks before training alone.

## What it looks at
- **reach**: which share of the gradient's largest norm is left at the evidence that it reaches worst.
- **readable**: how well the evidence can be read linearly from the last state. Information can be there where the gradient is not.

Before training and after {updates} updates a logistic regression makes one number of the two:

{models}

## How right it is
It was made with {development_runs} runs of the recall task ({development_conditions} networks and gaps of `studies/gaps.yaml`), and
asked once about {held_out_runs} runs of {held_out_conditions} conditions that had no part in it: other tasks, and networks with other
gate biases on recall; {held_out_learned} of them learned. The figure is the area under the ROC curve for single *runs*: how often one
that learned was given a higher probability than one that did not; 0.5 is guessing. Intervals are from drawing whole conditions anew.
(Asked twice more, with the same models, when studies had been trained anew with another way of clipping: it was 0.84 at first, then 0.85.)

{table}

The goal of {goal} {verdict}. After {updates} updates it is {above} above the gap alone. The columns are tasks in which some runs learned and some did not.

What a probability is worth there (the bounds were chosen after a look at these runs):

{bands}

So it tells what is hopeless and what is easy. In between either happens.

![ROC curves of the held-out runs, and the probability that each was given](images/foretelling.png)

On the runs that it was made with:

{development}

What each sign that was tried orders there by itself (`progress`: how far the loss is below guessing; `gain`: largest singular value
of the product of Jacobians back to the evidence; `input share`: of |dL/dx|^2; `agreement`: of two batches' gradients at the evidence):

{tried}

## Where it is wrong
The conditions in which the probability is furthest from what became of the runs:

{wrong}

- **It knows nothing of the task.** What has to be *done* with the evidence once it is there, to add, to tell an order, to put ten symbols in
  their places, is not in the two signs: a network that remembers may still not learn in the updates that it has.
- **It knows nothing of the end.** A run counts as learned if the task's test of success held within the updates of its study, 400 to
  8,000. With more, some that failed may learn.
- **The learning rate is seen only by what {updates} updates do.** One that is much too small changes nothing in them, and looks like
  one that is right.
- **Networks that explode.** An IRNN's gradient reaches everything and is too wild to learn by; {updates} updates show that on recall, and not
  on adding, where its gradient is clipped.
- **Only two runs of each condition** were looked at, {held_out_conditions} conditions in all: the intervals are wide.
- Digits read pixel by pixel are left out: each step is evidence there, so none has to be held.

Made again by `studies/foretelling/`: `looks.py`, then `evaluate.py`.
"""


def main() -> None:
    """Write the page and its picture."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    (DOCS / "foretelling.md").write_text(page(found), encoding="utf-8")
    with matplotlib.style.context(["default", STYLE]):
        drawn(found["held_out"]["runs"]).savefig(PICTURE, dpi=100)


def page(found: Mapping) -> str:
    """Return the page."""
    parts = {part: found[part] for part in ("development", "held_out")}
    best = found["held_out"]["areas"]["foretold after"]
    verdict = "is met" if best["area"] >= GOAL else "is missed"
    return TEXT.format(
        verdict=verdict,
        updates=UPDATES,
        goal=GOAL,
        table=table(found["held_out"]["areas"]),
        development=table(found["development"]["areas"]),
        models=models_table(found["models"]),
        tried=tried_table(found["tried"]),
        above=interval_text(found["held_out"]["above the gap"]),
        bands=bands(found["held_out"]["runs"]),
        wrong=worst(found["held_out"]["runs"]),
        **{
            f"{part}_{name}": each["areas"]["gap"][name]
            for part, each in parts.items()
            for name in ("runs", "learned", "conditions")
        },
    )


def table(areas: Mapping) -> str:
    """Return a table of areas, with a column for each task that has both outcomes."""
    tasks = list(areas["gap"]["by_task"])
    columns = tasks if len(tasks) > 1 else []
    head = ["what is known", "all runs (95 % interval)", *columns]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, called in SCORES.items():
        each = [f"{areas[name]['by_task'][task]:.2f}" for task in columns]
        lines.append(f"| {' | '.join([called, interval_text(areas[name]), *each])} |")
    return "\n".join(lines)


def bands(runs: Mapping[str, Mapping]) -> str:
    """Return how many learned of those that were given a low, a middle and a high probability."""
    lines = ["| what was said | before training | after the updates |", "|---|---|---|"]
    for called, low, high in (
        (f"below {SURE}", 0.0, SURE),
        (f"{SURE} to {1 - SURE}", SURE, 1 - SURE),
        (f"above {1 - SURE}", 1 - SURE, 1.01),
    ):
        each = []
        for when in ("foretold before", "foretold after"):
            inside = [run["learned"] for run in runs.values() if low <= run[when] < high]
            each.append(f"{sum(inside)} of {len(inside)} learned")
        lines.append(f"| {' | '.join([called, *each])} |")
    return "\n".join(lines)


def models_table(models: Mapping) -> str:
    """Return the models' weights as a table."""
    lines = [f"| | {' | '.join(NAMES)} | intercept |", f"|{'---|' * (len(NAMES) + 2)}"]
    for when, model in models.items():
        weights = [f"{model['weights'][name]:.2f}" for name in NAMES]
        called = SCORES[f"foretold {when}"].partition(", ")[2]
        lines.append(f"| {called} | {' | '.join(weights)} | {model['intercept']:.2f} |")
    return "\n".join(lines)


def tried_table(tried: Mapping) -> str:
    """Return the area of each sign alone as a table."""
    called = {
        "reach_first": "reach",
        "reads_first": "readable",
        "gain_first": "gain",
        "exponent": "Lyapunov exponent",
        "share_input": "input share",
    }
    names = list(tried["after"])
    lines = [
        f"| | {' | '.join(called.get(name, name) for name in names)} |",
        f"|{'---|' * (len(names) + 1)}",
    ]
    for when, areas in tried.items():
        moment = SCORES[f"foretold {when}"].partition(", ")[2]
        lines.append(f"| {moment} | {' | '.join(f'{areas[name]:.2f}' for name in names)} |")
    return "\n".join(lines)


def worst(runs: Mapping[str, Mapping], count: int = 8) -> str:
    """Return the conditions that the later model is most wrong about, as a list."""
    conditions: dict[str, list[Mapping]] = {}
    for key, run in runs.items():
        conditions.setdefault(key.rpartition(", seed")[0], []).append(run)

    def error(members: list[Mapping]) -> float:
        return float(np.mean([abs(run["learned"] - run["foretold after"]) for run in members]))

    ordered = sorted(conditions.items(), key=lambda item: -error(item[1]))[:count]
    return "\n".join(
        f"- {name}: {np.mean([run['foretold after'] for run in members]):.2f} was said, "
        f"{sum(run['learned'] for run in members)} of {len(members)} learned"
        for name, members in ordered
    )


def drawn(runs: Mapping[str, Mapping]) -> Figure:
    """Draw the held-out runs' curves, and what was said of each run of each task."""
    figure = Figure((11, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    curves(left, list(runs.values()))
    dots(right, runs)
    return figure


def curves(axes: Axes, runs: list[Mapping]) -> None:
    """Draw how many of those that learn are found, at which share of false hopes."""
    learned = np.array([run["learned"] for run in runs])
    for name, (colour, dashes) in LINES.items():
        score = np.array([run[name] for run in runs])
        thresholds = np.unique(score)[::-1]
        rates = [(score[of, None] >= thresholds).mean(axis=0) for of in (~learned, learned)]
        false, true = (np.concatenate([[0], rate]) for rate in rates)
        axes.plot(false, true, color=colour, dashes=dashes, lw=2, label=SCORES[name])
    axes.plot([0, 1], [0, 1], color="0.85", lw=1, zorder=0)
    axes.set_title("Held-out runs")
    axes.set_xlabel("share of those that fail which are said to learn")
    axes.set_ylabel("share of those that learn which are found")
    axes.legend(loc="lower right", fontsize=10)


def dots(axes: Axes, runs: Mapping[str, Mapping]) -> None:
    """Draw the probability that each run was given, and what became of it."""
    rng = np.random.default_rng(0)
    tasks = list(dict.fromkeys(task_of(key) for key in runs))
    for learned, colour, marker, label in (
        (True, "#0072B2", "o", "learned"),
        (False, "#D55E00", "x", "did not learn"),
    ):
        chosen = [(key, run) for key, run in runs.items() if run["learned"] is learned]
        x = [run["foretold after"] for _, run in chosen]
        place = [tasks.index(task_of(key)) + (-0.17 if learned else 0.17) for key, _ in chosen]
        y = np.array(place) + rng.uniform(-0.11, 0.11, len(place))
        axes.scatter(x, y, s=26, marker=marker, color=colour, alpha=0.75, lw=1.4, label=label)
    axes.set_yticks(range(len(tasks)), tasks)
    axes.set_ylim(len(tasks) - 0.5, -0.5)
    axes.set_xlim(-0.03, 1.03)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.set_title(f"What is said after {UPDATES} updates, and what became of it")
    axes.set_xlabel("probability of learning")
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=2)


def task_of(key: str) -> str:
    """Return the task of a run's name, `"recall 10, lstm, ..."`, with its variant."""
    return key.partition(",")[0].rpartition(" ")[0].replace(" (", "\n(")


def interval_text(area: Mapping) -> str:
    """Write an area with its interval: `"0.93 (0.88-0.97)"`."""
    low, high = area["interval"]
    return f"{area['area']:.2f} ({low:.2f}-{high:.2f})"


if __name__ == "__main__":
    main()
