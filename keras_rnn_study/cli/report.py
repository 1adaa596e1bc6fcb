"""`keras-rnn-study report`: what a study came to, as a page with figures."""

from typing import Annotated

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line, warnings_in_a_line


def report(
    directory: Annotated[str, typer.Argument(help="Where `sweep` put its runs.")],
    out: Annotated[
        str | None,
        typer.Option(help="Where to write the page.", show_default="the same", metavar="DIRECTORY"),
    ] = None,
) -> None:
    """Write report.html, its figures as PNG and SVG, results.csv, and a look inside: view.html."""
    with errors_in_a_line(), warnings_in_a_line():
        from keras_rnn_study.study import StudyDirectory
        from keras_rnn_study.study.report.page import write_report

        page = write_report(StudyDirectory(directory), out)
    console.print(f"Report: {page}", soft_wrap=True, highlight=False)
