"""Writes docs/reproductions.md from the study files and their results.

python studies/page.py
"""

import json
import math
import pathlib
import textwrap
from collections.abc import Iterable
from typing import Any

from result_files import results_path, sizes_of

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import read_study
from keras_rnn_study.study.files import StudyFile
from keras_rnn_study.study.report.summary import Condition, conditions, line_label
from keras_rnn_study.study.report.tables import horizon_text, read_results_csv, updates_text

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reproductions.md"
HEAD = """# What papers report, and what this toolkit measures

<!-- Made by studies/page.py from studies/*.yaml and studies/results/; change those, not this. -->

Each section is a file in `studies/` that anyone can run. Every file has a *quick* size, minutes
on two cores, and the *paper*'s own; some have sizes between, at the paper's own settings as far as
such machines go. The networks are standard Keras layers, so no number here can be exactly a
paper's: each section says what differs and why.

"""
GLANCE = """## At a glance

*Met*: the same was seen here, at the size that is named or the paper's. *In part*: some of it, or
its direction only. *Not run* is no verdict.

"""
READING = """## How to read the tables

- **How sure** we are of a paper's number: *read* in the source or its code; *second-hand*;
  *recalled*, which is a target to compare with and no more; *abstract*: only what the abstract
  says; *derived* by calculation; *tried once* with this toolkit.
- **Learned** counts the seeds whose success test on held-out data held at two checks in a row, with
  Wilson's 95 % interval; each table says how many updates lie between two checks. A run that
  diverged did not learn, and one that was good at its last check only did not either.
- **Updates** to success: the median over all seeds, and the quartiles; a seed that never learned
  counts as later than all others. **Sequences** are the median's training samples, which is what
  older papers count.
- **Score** is the mean on other held-out samples, over seeds: the accuracy, or the mean squared
  error.
- **Loss (guessing)**: each seed's mean training loss over its last updates, whose batches are
  fresh, beside the smallest that somebody can have who has not seen the evidence.
- **Horizon**: steps back, before training, to where the gradient's norm is below a thousandth of
  its largest.
- **Minutes** are those of all runs added up, on machines that had other work to do at the time.

Three seeds that all learn allow a true rate of 44 %, five one of 57 %, ten one of 72 %: small
numbers tell "always" from "never", and hardly more. Two counts are called different where Fisher's
exact test says so; its p is given.
"""


def text() -> str:
    """Return the page, with a section for each study that has results."""
    files = {path: read_study(path) for path in sorted(HERE.glob("*.yaml")) if sizes_of(path)}
    sections = [section(path, file) for path, file in files.items()]
    glance = GLANCE + table(*at_a_glance(files.values()))
    parts = [HEAD, glance, READING, *sections, "This page: `python studies/page.py`"]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def at_a_glance(files: Iterable[StudyFile]) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of all that papers report, and what became of it here."""
    rows = [
        ["" if number else file.title, report["what"], report["here"]]
        for file in files
        for number, report in enumerate(
            report for report in file.about["reports"] if report["sure"] != "derived"
        )
    ]
    return ["study", "reported", "here"], rows


def section(path: pathlib.Path, file: StudyFile) -> str:
    """One study, with a table for each of its sizes that was run."""
    about = file.about
    reports = [[r["what"], str(r["value"]), r["sure"], r["here"]] for r in about["reports"]]
    parts = [
        f"## {file.title}",
        paragraph(about["paper"] + "."),
        table(["reported", "", "how sure", "here"], reports),
    ]
    for size in sizes_of(path):
        facts, results = size_results(path, size)
        parts += [
            table(*measured(results, facts.get("losses"))),
            paragraph(ran(path, facts, results)),
        ]
    parts += [
        paragraph(f"**{head}.** {about[key]}")
        for head, key in (
            ("What it says", "reading"),
            ("What differs", "deviations"),
            ("What was not run", "rest"),
        )
    ]
    return "\n\n".join(parts)


def size_results(path: pathlib.Path, size: str) -> tuple[dict[str, Any], list[Result]]:
    """Return the facts about one size's sweep, and its results."""
    place = results_path(path, size)
    facts = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    return facts, read_results_csv(place.read_text(encoding="utf-8"))


def ran(path: pathlib.Path, facts: dict[str, Any], results: list[Result]) -> str:
    """When, where, with what, and how to repeat it."""
    versions = facts["versions"]
    failed = sum(result.failed for result in results)
    return (
        f"Size *{facts['size']}*, {facts['date']}: {len(results)} runs, {failed} broken off, "
        f"at most {most_updates(results)} updates each, checked every "
        f"{facts['settings']['check_every']}; {facts['updates']:,} updates and "
        f"{facts['minutes']:.0f} minutes in all; {facts['cores']} cores, "
        f"TensorFlow {versions['tensorflow']}, Keras {versions['keras']}. "
        f"Again: `python studies/reproduce.py {path.stem} --size {facts['size']}`"
    )


def most_updates(results: list[Result]) -> str:
    """Say how long a run may train."""
    return " or ".join(f"{steps:,}" for steps in sorted({r.run.steps for r in results}))


def measured(
    results: list[Result], losses: list[float | None] | None = None
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of all conditions."""
    found = conditions(results)
    several_tasks = len({c.run.facts.label for c in found}) > 1
    sizes = "/".join(dict.fromkeys(c.run.facts.size_name for c in found))
    head = ["network", sizes, "learned", "updates", "sequences", "score"]
    rows = [row(condition, found, several_tasks) for condition in found]
    if losses and all(c.run.facts.blind_loss for c in found):
        head = [*head, "loss (guessing)"]
        of_run = dict(zip((result.run for result in results), losses, strict=True))
        for cells, condition in zip(rows, found, strict=True):
            cells.insert(-1, losses_text(condition, of_run))
    return [*head, "horizon"], rows


def losses_text(condition: Condition, losses: dict[Run, float | None]) -> str:
    """Say each seed's last loss, beside that of guessing without memory."""
    own = [losses[result.run] for result in condition.results]
    shown = ", ".join("no number" if loss is None else f"{loss:.3f}" for loss in own)
    return f"{shown} ({condition.run.facts.baseline_loss(condition.run.size):.3f})"


def row(condition: Condition, among: list[Condition], several_tasks: bool) -> list[str]:
    """One condition."""
    run = condition.run
    label = line_label(run, [c.run for c in among])
    low, high = condition.interval
    return [
        f"{label}, {run.facts.label}" if several_tasks else label,
        f"{run.size:,}",
        f"{condition.successes}/{condition.trials} ({low:.2f}-{high:.2f})",
        updates_text(condition),
        sequences(condition),
        "none" if math.isnan(condition.score) else f"{condition.score:.3f}",
        f"{horizon_text(condition)} of {condition.time}",
    ]


def sequences(condition: Condition) -> str:
    """Training samples until success, the median's."""
    median = condition.updates[1] * condition.run.batch_size
    return f"{median:,.0f}" if math.isfinite(median) else "never"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    ruler = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ruler, *rows])


def paragraph(words: str) -> str:
    """Wrap the text in lines of 100 characters."""
    return textwrap.fill(
        " ".join(words.split()), 100, break_long_words=False, break_on_hyphens=False
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
