"""What was found of the claims, for a terminal of 80 columns."""

import os
from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from keras_rnn_study.claims.catalog import get
from keras_rnn_study.claims.chinese import VERDICTS, WORDS
from keras_rnn_study.claims.chinese_evidence import evidence
from keras_rnn_study.claims.claim import CONDITION, FAILS, HOLDS, NOT_MEASURED, Claim, Judgement
from keras_rnn_study.claims.running import read_numbers

_STYLES = {HOLDS: "bold green", CONDITION: "bold yellow", FAILS: "bold red", NOT_MEASURED: "bold"}


def claims_view(
    judgements: Mapping[str, Judgement],
    language: str = "en",
    directory: str | os.PathLike[str] = ".",
) -> Group:
    """Show whether the article's claims hold, and how we know: evidence, verdict and rule of each.

    Args:
        judgements: dict of name to `Judgement`, as `run_claims` returns it.
        language: "en", or "zh" for Chinese.
        directory: Where `run_claims` kept what was measured, for Chinese to tell it.

    Returns:
        What Rich prints.
    """
    if language == "en":
        return Group(*(_view(get(name), judgement) for name, judgement in judgements.items()))
    told = {
        name: evidence(name, j, read_numbers(directory, name)) for name, j in judgements.items()
    }
    return Group(*(_chinese_view(name, j, told[name]) for name, j in judgements.items()))


def _view(claim: Claim, judgement: Judgement) -> Group:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    table.add_row(Text(claim.name, "bold"), Text(claim.statement, "bold"))
    table.add_row("measured", Text(judgement.evidence))
    table.add_row("verdict", Text(judgement.verdict, _STYLES[judgement.verdict]))
    table.add_row("rule", Text(claim.rule, "dim"))
    return Group(table, Text())


def _chinese_view(name: str, judgement: Judgement, measured: str) -> Group:
    words = WORDS[name]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")  # a sentence without spaces is no word to shorten
    table.add_row(Text(name, "bold"), Text(words.statement, "bold"))
    table.add_row("实测", Text(measured))
    table.add_row("结论", Text(VERDICTS[judgement.verdict], _STYLES[judgement.verdict]))
    if judgement.verdict == CONDITION:
        table.add_row("条件", Text(words.condition))
    table.add_row("判据", Text(words.rule, "dim"))
    return Group(table, Text())
