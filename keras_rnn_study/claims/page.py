"""The claims as one HTML page: sentence, picture, number, verdict; the experiment behind a fold."""

import html
import inspect
import pathlib
import sys
from collections.abc import Mapping

from keras_rnn_study.claims.catalog import get
from keras_rnn_study.claims.charts import chart, headline
from keras_rnn_study.claims.chinese import NUMBERS, VERDICTS, WORDS
from keras_rnn_study.claims.chinese_evidence import evidence
from keras_rnn_study.claims.claim import CONDITION, HOLDS, NOT_MEASURED, Claim, Judgement, Numbers
from keras_rnn_study.claims.running import read_numbers

ARTICLE = "https://colah.github.io/posts/2015-08-Understanding-LSTMs/"
_COLOURS = {HOLDS: "#009E73", CONDITION: "#B07000", NOT_MEASURED: "#666"}
_STYLE = """
body { font: 16px/1.55 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
section { border-top: 1px solid #ddd; padding: 1rem 0; }
h2 { font-size: 1.1rem; margin: 0 0 .3rem; }
.zh { color: #444; }
.verdict { font-weight: 600; }
.number { font-size: 1.6rem; }
svg { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; background: #f6f6f6; padding: .6rem; }
summary { cursor: pointer; }
"""


def claims_page(judgements: Mapping[str, Judgement], directory: pathlib.Path) -> str:
    """Write the page, in English and Chinese side by side.

    Args:
        judgements: dict of name to `Judgement`, as `run_claims` returns it.
        directory: Where `run_claims` kept what was measured.

    Returns:
        A whole HTML document that needs nothing else.
    """
    sections = [_section(get(name), one, directory) for name, one in judgements.items()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>RNN, LSTM: claims · 说法</title><style>{_STYLE}</style></head><body>"
        "<h1>What the article claims, measured · 文章的说法，逐条检验</h1>"
        f'<p>The article · 文章: Christopher Olah, <a href="{ARTICLE}">Understanding LSTM '
        "Networks</a>, 2015.</p>" + "\n".join(sections) + "</body></html>\n"
    )


def _section(claim: Claim, judgement: Judgement, directory: pathlib.Path) -> str:
    words, numbers = WORDS[claim.name], read_numbers(directory, claim.name)
    colour = _COLOURS.get(judgement.verdict, "#C03030")
    verdict = f"{judgement.verdict} · {VERDICTS[judgement.verdict]}"
    parts = [
        f"<h2>{claim.name}. {_text(claim.statement)}</h2>",
        f'<p class="zh" lang="zh">{_text(words.statement)}</p>',
        f'<p class="verdict" style="color:{colour}">{_text(verdict)}</p>',
        *_condition(judgement, words.condition),
        *([] if judgement.verdict == NOT_MEASURED or numbers is None else _seen(claim, numbers)),
        "<details><summary>rule and experiment · 判据与实验</summary>",
        f'<p>{_text(claim.rule)}</p><p lang="zh">{_text(words.rule)}</p>',
        f"<pre>{_text(judgement.evidence)}</pre>",
        f'<pre lang="zh">{_text(evidence(claim.name, judgement, numbers))}</pre>',
        f"<pre>{_text(inspect.getdoc(sys.modules[claim.judge.__module__]) or '')}</pre></details>",
    ]
    return "<section>\n" + "\n".join(parts) + "\n</section>"


def _condition(judgement: Judgement, in_chinese: str) -> list[str]:
    if judgement.verdict != CONDITION:
        return []
    lines = [line for line in judgement.evidence.splitlines() if line.startswith("Condition")]
    told = "".join(f"<p>{_text(line)}</p>" for line in lines)
    return [told, f'<p class="zh" lang="zh">条件：{_text(in_chinese)}</p>']


def _seen(claim: Claim, numbers: Numbers) -> list[str]:
    meaning = f"{NUMBERS[claim.name]} · {WORDS[claim.name].number}"
    return [
        f'<p><span class="number">{_text(headline(claim.name, numbers))}</span><br>'
        f"{_text(meaning)}</p>",
        chart(claim.name, numbers),
    ]


def _text(words: str) -> str:
    return html.escape(words)
