"""Writes docs/reproductions.md from the study files and their results.

python studies/page.py
"""

import json
import math
import pathlib
import textwrap

from result_files import results_path, sizes_of

from keras_rnn_study.study import read_study
from keras_rnn_study.study.report.summary import conditions, line_label
from keras_rnn_study.study.report.tables import horizon_text, read_results_csv, updates_text

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reproductions.md"
HEAD = """# What papers report, and what this toolkit measures

<!-- Made by studies/page.py from studies/*.yaml and studies/results/; change those, not this. -->

Each section is a file in `studies/` that anyone can run. Every file has a *quick* size, minutes
on two cores, and the *paper*'s own; some have sizes between, at the paper's own settings as far as
such machines go. The tables say which ones were run. The networks are standard Keras layers, so no
number here can be exactly a paper's: each section says what differs and why.

- **Learned** counts the seeds whose success test on held-out data held at two checks in a row, 40
  updates apart, with Wilson's 95 % interval. A run that diverged did not learn.
- **Updates** to success: the median over all seeds, and the quartiles; a seed that never learned
  counts as later than all others. **Sequences** are the median's training samples, which is what
  older papers count.
- **Score** is the mean on other held-out samples, over seeds: the accuracy, or the mean squared
  error.
- **Loss (guessing)**: each seed's mean training loss over its last updates, whose batches are
  fresh, beside the smallest that somebody can have who has not seen the evidence.
- **Horizon**: steps back, before training, to where the gradient's norm is below a thousandth of
  its largest.

Where the paper's own size was not run, the section says so; three or five seeds tell "always"
from "never", and hardly more.

How sure we are of a paper's number: *read* in the source or its code; *second-hand*; *recalled*,
which is a target to compare with and no more; *derived* by calculation; *abstract*: only what the
abstract says.
"""


def text():
    """Return the page, with a section for each study that has results."""
    paths = sorted(HERE.glob("*.yaml"))
    sections = [section(path) for path in paths if sizes_of(path)]
    return "\n".join([HEAD, *sections, "This page: `python studies/page.py`\n"])


def section(path):
    """One study, with a table for each of its sizes that was run."""
    file = read_study(path)
    about = file.about
    reports = [[r["what"], str(r["value"]), r["sure"]] for r in about["reports"]]
    parts = [
        f"## {file.title}",
        paragraph(about["paper"] + "."),
        table(["reported", "", "how sure"], reports),
    ]
    for size in sizes_of(path):
        facts, results = size_results(path, size)
        parts += [
            table(*measured(results, facts.get("losses"))),
            paragraph(ran(path, facts, results)),
        ]
    parts += [
        paragraph("**What it says.** " + about["reading"]),
        paragraph("**What differs.** " + about["deviations"]),
    ]
    return "\n\n".join(parts) + "\n"


def size_results(path, size):
    """Return the facts about one size's sweep, and its results."""
    place = results_path(path, size)
    facts = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    return facts, read_results_csv(place.read_text(encoding="utf-8"))


def ran(path, facts, results):
    """When, where, with what, and how to repeat it."""
    versions = facts["versions"]
    failed = sum(result.failed for result in results)
    return (
        f"Size *{facts['size']}*, {facts['date']}: {len(results)} runs, {failed} broken off, "
        f"{facts['updates']:,} updates, {facts['minutes']:.0f} minutes of one core; "
        f"{facts['cores']} cores, TensorFlow {versions['tensorflow']}, Keras {versions['keras']}. "
        f"Again: `python studies/reproduce.py {path.stem} --size {facts['size']}`"
    )


def measured(results, losses=None):
    """Head and rows of the table of all conditions."""
    found = conditions(results)
    several_tasks = len({c.run.facts.label for c in found}) > 1
    head = ["network", found[0].run.facts.size_name, "learned", "updates", "sequences", "score"]
    rows = [row(condition, found, several_tasks) for condition in found]
    if losses and all(c.run.facts.blind_loss for c in found):
        head = [*head, "loss (guessing)"]
        of_run = dict(zip((result.run for result in results), losses, strict=True))
        for cells, condition in zip(rows, found, strict=True):
            cells.insert(-1, losses_text(condition, of_run))
    return [*head, "horizon"], rows


def losses_text(condition, losses):
    """Say each seed's last loss, beside that of guessing without memory."""
    own = [losses[result.run] for result in condition.results]
    shown = ", ".join("no number" if loss is None else f"{loss:.3f}" for loss in own)
    return f"{shown} ({condition.run.facts.baseline_loss(condition.run.size):.3f})"


def row(condition, among, several_tasks):
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


def sequences(condition):
    """Training samples until success, the median's."""
    median = condition.updates[1] * condition.run.batch_size
    return f"{median:,.0f}" if math.isfinite(median) else "never"


def table(head, rows):
    """Markdown."""
    ruler = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ruler, *rows])


def paragraph(words):
    """Wrap the text in lines of 100 characters."""
    return textwrap.fill(
        " ".join(words.split()), 100, break_long_words=False, break_on_hyphens=False
    )


def main():
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
