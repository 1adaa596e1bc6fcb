"""Tables for a terminal of 80 columns."""

import math
from collections.abc import Sequence

from rich import box
from rich.table import Table

from keras_rnn_study.runs.result import Result

_SCORE_MEANINGS = {
    "accuracy": "on held-out samples",
    "mean_squared_error": "mean squared, on held-out samples",
}
_SCORE_NAMES = {"accuracy": "accuracy", "mean_squared_error": "error"}
_NO_NUMBER = "NaN"


def result_table(results: Sequence[Result]) -> Table:
    """Make a table of trainings: a row for each, with a line between gaps."""
    task = results[0].run.facts
    table = Table(
        title=f"{task.label}: {task.summary}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("cell", no_wrap=True)
    table.add_column(task.size_name, justify="right", no_wrap=True)
    table.add_column(_SCORE_NAMES[task.metric], justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("horizon", justify="right", no_wrap=True)
    table.add_column("decay", justify="right", no_wrap=True)
    table.add_column("keep gate", justify="right", no_wrap=True)
    for result, following in zip(results, [*results[1:], None], strict=True):
        table.add_row(
            result.run.label,
            str(result.run.size),
            _number(result.score, 3),
            result.verdict,
            _change(result.horizon, 0),
            _change(result.decay, 1),
            _change(result.keep_gate, 2),
            end_section=following is not None and following.run.size != result.run.size,
        )
    return table


def legend(results: Sequence[Result]) -> str:
    """Say what the columns of `result_table` mean, a line each."""
    task = results[0].run.facts
    score = _SCORE_NAMES[task.metric]
    text = (
        f"{score:<9}  {_SCORE_MEANINGS[task.metric]}; chance is {task.chance:.3f}\n"
        "           learned: the success test held at the last two checks, 40 steps apart\n"
        "           before→after training, of an LSTM's cell state, else of the state:\n"
        "horizon    steps that the total gradient goes back before a thousandth is left\n"
        "decay      log10 of its norm at the first step over that at the last\n"
        "keep gate  mean of the forget gate (LSTM) or the update gate (GRU)"
    )
    if any(_lacks_numbers(result) for result in results):
        text += f"\n{_NO_NUMBER:<9}  not a number: the training diverged, and nothing is left of it"
    return text


def _lacks_numbers(result: Result) -> bool:
    values = (result.score, *result.horizon, *result.decay, *result.keep_gate)
    return any(value is not None and math.isnan(value) for value in values)


def _change(before_and_after: Sequence[float | None], digits: int) -> str:
    """Write a value before and after training; a dash where there is none."""
    known = [value for value in before_and_after if value is not None]
    return "→".join(_number(value, digits) for value in known) or "-"


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return _NO_NUMBER
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return f"{round(value, digits) + 0.0:.{digits}f}"
