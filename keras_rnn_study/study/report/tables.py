"""A study as tables: one row a run for other programs, one row a condition for people."""

import csv
import dataclasses
import io
import json
import math

from rich import box
from rich.table import Table

from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.report.summary import conditions, lines

_PAIRS = ("horizon", "decay", "keep_gate")  # before and after training


def results_csv(results):
    """All results, a row each: a run's configuration, then what it came to.

    No times and dates, so the same study always gives the same bytes.

    Args:
        results: List of `Result`.

    Returns:
        str. Empty cells stand for `None`; floats have all their digits.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, _columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(result) for result in results)
    return text.getvalue()


def read_results_csv(text):
    """What `results_csv` was given.

    Args:
        text: str.

    Returns:
        List of `Result`.

    Raises:
        ValueError: It is no such table.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    try:
        return [_result(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"Received a table that is none of a study's results ({error!r}); expected the columns "
            f"{', '.join(_columns())}. Pass a results.csv that `keras-rnn-study report` wrote."
        ) from None


def summary_table(results):
    """How many learned, under which conditions, and after how many updates.

    Args:
        results: List of `Result`.

    Returns:
        `rich.table.Table`, for a terminal of 80 columns.
    """
    found = conditions(results)
    tasks = list(dict.fromkeys(condition.run.facts.label for condition in found))
    most = ", ".join(f"{steps:,}" for steps in sorted({c.run.steps for c in found}))
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=", ".join(tasks),
        title_justify="left",
        caption=f"learned: with Wilson's 95 % interval; updates: median and quartiles, never: not "
        f"within {most}; horizon: steps back that the gradient reaches before training",
        caption_justify="left",
    )
    table.add_column("network", no_wrap=True)
    for name in (_size_names(found), "learned", "updates", "horizon"):
        table.add_column(name, justify="right", no_wrap=True)
    broke_off = any(condition.failed for condition in found)
    if broke_off:
        table.add_column("broke off", justify="right")
    for task in tasks:
        of_task = [condition for condition in found if condition.run.facts.label == task]
        for label, members in lines(of_task).items():
            for condition in members:
                first = condition is members[0]
                name = f"{task}: {label}" if len(tasks) > 1 else label
                table.add_row(
                    name if first else "",
                    *_cells(condition),
                    *([str(condition.failed or "")] if broke_off else []),
                    end_section=condition is members[-1],
                )
    return table


def _size_names(found):
    return "/".join(dict.fromkeys(condition.run.facts.size_name for condition in found))


def _cells(condition):
    low, high = condition.interval
    return (
        str(condition.run.size),
        f"{condition.successes}/{condition.trials} ({low:.2f}-{high:.2f})",
        updates_text(condition),
        "-" if math.isnan(condition.horizon) else f"{condition.horizon:.0f}",
    )


def updates_text(condition):
    """Median and quartiles of the updates to success: `"240 (200-320)"`, `"never (200-never)"`."""
    low, median, high = (_count(value) for value in condition.updates)
    return median if low == high else f"{median} ({low}-{high})"


def _count(value):
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if math.isfinite(value) else "never"


def _columns():
    fields = [field.name for field in dataclasses.fields(Run)]
    for field in dataclasses.fields(Result):
        if field.name in _PAIRS:
            fields += [f"{field.name}_before", f"{field.name}_after"]
        elif field.name != "run":
            fields.append(field.name)
    return fields


def _row(result):
    row = {field.name: getattr(result.run, field.name) for field in dataclasses.fields(Run)}
    row["optimizer_options"] = json.dumps(dict(row["optimizer_options"])) * bool(
        row["optimizer_options"]
    )
    for field in dataclasses.fields(Result):
        value = getattr(result, field.name)
        if field.name in _PAIRS:
            row[f"{field.name}_before"], row[f"{field.name}_after"] = value
        elif field.name != "run":
            row[field.name] = value
    return {name: repr(value) if isinstance(value, float) else value for name, value in row.items()}


def _result(row):
    options = tuple(sorted(json.loads(row["optimizer_options"] or "{}").items()))
    run = {
        field.name: _value(row.get(field.name, ""), field.type)  # one that is new may lack
        for field in dataclasses.fields(Run)
        if field.name != "optimizer_options"
    }
    values = {}
    for field in dataclasses.fields(Result):
        if field.name in _PAIRS:
            ends = (row.get(f"{field.name}_{when}", "") for when in ("before", "after"))
            whole = field.name == "horizon"
            kinds = ((end, int if whole and end != "nan" else float) for end in ends)
            values[field.name] = tuple(_value(end, kind | None) for end, kind in kinds)
        elif field.name != "run":
            values[field.name] = _value(row[field.name], field.type)
    return Result(Run(**run, optimizer_options=options), **values)


def _value(text, kind):
    """A cell as what its field holds."""
    if text == "" and kind is not str:
        return None
    for candidate in (int, float):
        if kind in (candidate, candidate | None):
            return candidate(text)
    if kind == str | None or kind is str:
        return text
    raise ValueError(f"no cell can hold {kind}")
