"""Tables for a terminal of 80 columns."""

from rich import box
from rich.table import Table

_SCORE_MEANINGS = {
    "accuracy": "on held-out samples",
    "mean_squared_error": "mean squared, on held-out samples",
}
_SCORE_NAMES = {"accuracy": "accuracy", "mean_squared_error": "error"}


def outcome_table(outcomes):
    """A table of trainings: a row an outcome, with a line between gaps."""
    task = outcomes[0].run.facts
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
    for outcome, following in zip(outcomes, [*outcomes[1:], None], strict=True):
        table.add_row(
            outcome.run.label,
            str(outcome.run.size),
            f"{outcome.score:.3f}",
            outcome.verdict,
            _change(outcome.horizon, 0),
            _change(outcome.decay, 1),
            "-" if outcome.keep_gate is None else _change(outcome.keep_gate, 2),
            end_section=following is not None and following.run.size != outcome.run.size,
        )
    return table


def legend(outcomes):
    """What the columns of `outcome_table` mean, a line each."""
    task = outcomes[0].run.facts
    score = _SCORE_NAMES[task.metric]
    return (
        f"{score:<9}  {_SCORE_MEANINGS[task.metric]}; chance is {task.chance:.3f}\n"
        "           before→after training, of an LSTM's cell state, else of the state:\n"
        "horizon    steps that the total gradient goes back before a thousandth is left\n"
        "decay      log10 of its norm at the first step over that at the last\n"
        "keep gate  mean of the forget gate (LSTM) or the update gate (GRU)"
    )


def _change(before_and_after, digits):
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return "→".join(f"{round(value, digits) + 0.0:.{digits}f}" for value in before_and_after)
