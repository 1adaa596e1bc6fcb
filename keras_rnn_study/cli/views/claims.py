"""What was found of the claims, for a terminal of 80 columns."""

from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from keras_rnn_study.claims.catalog import get
from keras_rnn_study.claims.chinese import VERDICTS, WORDS
from keras_rnn_study.claims.claim import CONDITION, FAILS, HOLDS, NOT_MEASURED, Claim, Judgement

_STYLES = {HOLDS: "bold green", CONDITION: "bold yellow", FAILS: "bold red", NOT_MEASURED: "bold"}


def claims_view(judgements: Mapping[str, Judgement], language: str = "en") -> Group:
    """Show whether the article's claims hold, and how we know: evidence, verdict and rule of each.

    Args:
        judgements: dict of name to `Judgement`, as `run_claims` returns it.
        language: "en", or "zh" for Chinese (the measured numbers stay as they are).

    Returns:
        What Rich prints.
    """
    view = _chinese_view if language == "zh" else _view
    parts = [view(get(name), judgement) for name, judgement in judgements.items()]
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


def _chinese_view(claim: Claim, judgement: Judgement) -> Group:
    words = WORDS[claim.name]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")  # a sentence without spaces is no word to shorten
    table.add_row(Text(claim.name, "bold"), Text(words.statement, "bold"))
    table.add_row("实测", Text(judgement.evidence))
    table.add_row("结论", Text(VERDICTS[judgement.verdict], _STYLES[judgement.verdict]))
    if judgement.verdict == CONDITION:
        table.add_row("条件", Text(words.condition))
    table.add_row("判据", Text(words.rule, "dim"))
    return Group(table, Text())
