"""What was found of the claims, for a terminal of 80 columns."""

from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from keras_rnn_study.claims.catalog import get
from keras_rnn_study.claims.claim import CONDITION, FAILS, HOLDS, NOT_MEASURED, Claim, Judgement

_STYLES = {HOLDS: "bold green", CONDITION: "bold yellow", FAILS: "bold red", NOT_MEASURED: "bold"}


def claims_view(judgements: Mapping[str, Judgement]) -> Group:
    """Show whether the article's claims hold, and how we know: evidence, verdict and rule of each.

    Args:
        judgements: dict of name to `Judgement`, as `run_claims` returns it.

    Returns:
        What Rich prints.
    """
    parts = [_view(get(name), judgement) for name, judgement in judgements.items()]
    return Group(*parts)


def _view(claim: Claim, judgement: Judgement) -> Group:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    table.add_row(Text(claim.name, "bold"), Text(claim.statement, "bold"))
    table.add_row("measured", Text(judgement.evidence))
    table.add_row("verdict", Text(judgement.verdict, _STYLES[judgement.verdict]))
    table.add_row("rule", Text(claim.rule, "dim"))
    return Group(table, Text())
