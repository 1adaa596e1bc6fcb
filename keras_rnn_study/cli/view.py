"""`keras-rnn-study view`: the live view of what was recorded, in the browser or as a page."""

from typing import Annotated

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line, serve


def view(
    log_dir: Annotated[
        str, typer.Argument(help="Where a training was recorded, such as runs/demo.")
    ],
    html: Annotated[
        str | None,
        typer.Option(
            help="Write one page to this file instead; it needs no network.", metavar="FILE"
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="en or zh.", show_default="the browser's")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1.", show_default="a free one")
    ] = 0,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser.")
    ] = True,
) -> None:
    """Show gradients, gates and states by time step and training step, in the browser."""
    with errors_in_a_line():
        from keras_rnn_study.live_view.page import check_language, write_page
        from keras_rnn_study.live_view.reading import read_recording
        from keras_rnn_study.live_view.server import serving

        check_language(language)
        if html is not None:
            path = write_page(read_recording(log_dir), html, language=language)
            console.print(f"Page: {path}", soft_wrap=True, highlight=False)
            return
        server = serving(log_dir, port)
    address = f"http://127.0.0.1:{server.server_port}/"
    if language is not None:
        address += f"#language={language}"
    serve("The view", address, open_browser, server.serve_forever)
