"""`keras-rnn-study claims`: the article's claims, measured."""

import os
from typing import Annotated

import typer

from keras_rnn_study.cli.common import Verbose, console, errors_in_a_line, new_log_dir
from keras_rnn_study.runs.quiet import start_tensorflow


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
    jobs: Annotated[
        int | None, typer.Option(help="Processes, a core each.", show_default="all cores")
    ] = None,
    verbose: Verbose = False,
):
    """Measure what the article claims about RNNs and LSTMs, and say what holds.

    Some minutes on two cores, most of them for C4 and C5, which train many networks.
    """
    with errors_in_a_line():
        from keras_rnn_study.claims import run_claims
        from keras_rnn_study.claims.catalog import get
        from keras_rnn_study.cli.views.claims import claims_view

        chosen = [get(name.upper()).name for name in names] if names else None
        start_tensorflow(verbose)
        out = out or new_log_dir("claims")
        with console.status("Starting") as status:

            def tell(claim, judgement):
                if judgement is None:
                    status.update(f"{claim.name}: measuring")
                else:
                    console.print(claims_view({claim.name: judgement}))

            def tell_of_sweep(progress):
                status.update(
                    f"C4 and C5: {progress.done} of {progress.total} runs, "
                    f"{progress.running} running"
                )

            run_claims(
                out,
                chosen,
                jobs=os.cpu_count() if jobs is None else jobs,
                on_progress=tell,
                on_sweep=tell_of_sweep,
            )
    console.print(f"Numbers: {out}", soft_wrap=True, highlight=False)
