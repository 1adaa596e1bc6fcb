"""`keras-rnn-study claims`: the article's claims, measured."""

import pathlib
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from keras_rnn_study.cli.common import (
    Jobs,
    Verbose,
    console,
    errors_in_a_line,
    new_directory,
    number_of_jobs,
)
from keras_rnn_study.runs.log_dirs import make_writable
from keras_rnn_study.runs.quiet import start_tensorflow

_SAID = {
    "en": {
        "start": "Starting",
        "measure": "{name}: measuring",
        "sweep": "C4 and C5: {done} of {total} runs, {running} running",
        "page": "Page: {page}",
        "numbers": "Numbers: {out}",
    },
    "zh": {
        "start": "正在启动",
        "measure": "{name}：正在测量",
        "sweep": "C4 和 C5：训练完成 {done} 次，共 {total} 次，{running} 次进行中",
        "page": "网页：{page}",
        "numbers": "数据：{out}",
    },
}

if TYPE_CHECKING:
    from rich.status import Status

    from keras_rnn_study.claims import Claim, Judgement
    from keras_rnn_study.study.sweeping.sweep import Progress


def claims(
    names: Annotated[
        list[str] | None, typer.Argument(help="Some of C1 to C6.", show_default="all")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            help="Where to keep what is measured.",
            show_default="runs/<time>",
            metavar="DIRECTORY",
        ),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(help="Write them as a page, too, with pictures.", metavar="FILE"),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Of what is printed: zh is Chinese.")
    ] = "en",
    jobs: Jobs = None,
    verbose: Verbose = False,
) -> None:
    """Measure what the article claims about RNNs and LSTMs, and say what holds.

    Some minutes on two cores, most of them for C4 and C5, which train many networks.
    """
    said = _SAID[language]
    with errors_in_a_line():
        from keras_rnn_study.claims import run_claims
        from keras_rnn_study.claims.catalog import get
        from keras_rnn_study.claims.page import claims_page
        from keras_rnn_study.study.durable import write_file

        chosen = [get(name.upper()).name for name in names] if names else None
        jobs = number_of_jobs(jobs)
        out = new_directory("claims") if out is None else str(make_writable(out))
        page = None if html is None else _page_path(html)
        start_tensorflow(verbose)
        with console.status(said["start"]) as status:
            telling = _Telling(status, language, out)
            judgements = run_claims(
                out, chosen, jobs=jobs, on_progress=telling.claim, on_sweep=telling.sweep
            )
        if page is not None:
            write_file(page, claims_page(judgements, pathlib.Path(out)))
            console.print(said["page"].format(page=page), soft_wrap=True, highlight=False)
    console.print(said["numbers"].format(out=out), soft_wrap=True, highlight=False)


class _Telling:
    """What is being measured, in a line that changes; what came of it, below one another."""

    def __init__(self, status: "Status", language: Literal["en", "zh"], out: str) -> None:
        self._status, self._language, self._out = status, language, out

    def claim(self, claim: "Claim", judgement: "Judgement | None") -> None:
        """Tell that a claim is being measured, or what was found of it."""
        from keras_rnn_study.cli.views.claims import claims_view

        if judgement is None:
            self._status.update(_SAID[self._language]["measure"].format(name=claim.name))
        else:
            console.print(claims_view({claim.name: judgement}, self._language, self._out))

    def sweep(self, progress: "Progress") -> None:
        """Tell how far the sweep of C4 and C5 is."""
        counts = {name: getattr(progress, name) for name in ("done", "total", "running")}
        self._status.update(_SAID[self._language]["sweep"].format(**counts))


def _page_path(html: str) -> pathlib.Path:
    """Return where the page goes, made ready before anything is measured."""
    path = pathlib.Path(html)
    if path.is_dir():
        raise ValueError(
            f"--html is the file to write, but {html!r} is a folder. Give a file name."
        )
    make_writable(path.parent)
    return path
