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

if TYPE_CHECKING:
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
    with errors_in_a_line():
        from keras_rnn_study.claims import run_claims
        from keras_rnn_study.claims.catalog import get
        from keras_rnn_study.claims.page import claims_page
        from keras_rnn_study.cli.views.claims import claims_view
        from keras_rnn_study.study.durable import write_file

        chosen = [get(name.upper()).name for name in names] if names else None
        jobs = number_of_jobs(jobs)
        out = new_directory("claims") if out is None else str(make_writable(out))
        page = None if html is None else _page_path(html)
        start_tensorflow(verbose)
        with console.status("Starting") as status:

            def tell(claim: "Claim", judgement: "Judgement | None") -> None:
                if judgement is None:
                    status.update(f"{claim.name}: measuring")
                else:
                    console.print(claims_view({claim.name: judgement}, language))

            def tell_of_sweep(progress: "Progress") -> None:
                status.update(
                    f"C4 and C5: {progress.done} of {progress.total} runs, "
                    f"{progress.running} running"
                )

            judgements = run_claims(
                out, chosen, jobs=jobs, on_progress=tell, on_sweep=tell_of_sweep
            )
        if page is not None:
            write_file(page, claims_page(judgements, pathlib.Path(out)))
            console.print(f"Page: {page}", soft_wrap=True, highlight=False)
    console.print(f"Numbers: {out}", soft_wrap=True, highlight=False)


def _page_path(html: str) -> pathlib.Path:
    """Return where the page goes, made ready before anything is measured."""
    path = pathlib.Path(html)
    if path.is_dir():
        raise ValueError(
            f"--html is the file to write, but {html!r} is a folder. Give a file name."
        )
    make_writable(path.parent)
    return path
