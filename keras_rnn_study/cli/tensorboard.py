"""`keras-rnn-study tensorboard`: TensorBoard, opened where a training's pictures are."""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from keras_rnn_study.cli.common import errors_in_a_line, serve

Pin = dict[str, str | int]
"""A card as TensorBoard's address names it: plugin, tag, run and sample."""

_HOST = "127.0.0.1"  # nobody else is served
_MOST_PINS = 3  # as many cards as stand side by side
_EXPERIMENT = "defaultExperimentId"  # TensorBoard's name for what `--logdir` gives


def tensorboard(
    log_dir: Annotated[
        str, typer.Argument(help="Where trainings were recorded, such as runs/demo.")
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: a free one.")] = 6006,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser.")
    ] = True,
) -> None:
    """Start TensorBoard with the gradient's way back pinned, of up to three runs side by side.

    Any other TensorBoard shows the same events; this one only begins with what tells most.
    """
    with errors_in_a_line():
        address = _launched(log_dir, port)
    serve("TensorBoard", address, open_browser, threading.Event().wait)


def _launched(log_dir: str, port: int) -> str:
    """Start TensorBoard in threads of this process; return the address that has cards pinned."""
    from tensorboard import program

    if not os.path.isdir(log_dir):
        raise ValueError(
            f"There is no directory {log_dir!r}. Expected one that a training was recorded in, "
            "such as runs/demo. Give its path."
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorBoard imports TensorFlow
    query = query_of(flow_pins(log_dir))
    board = program.TensorBoard()
    board.configure(argv=["tensorboard", "--logdir", log_dir, "--host", _HOST, "--port", str(port)])
    try:
        return f"{board.launch()}?{query}#timeseries"
    except program.TensorBoardServerException as error:
        raise ValueError(f"{error} Pass another --port, or 0 for a free one.") from None


def query_of(pins: Sequence[Pin]) -> str:
    """Return the query of an address that opens *Time Series* with some cards pinned.

    And without smoothing: what falls in one step should be seen to.
    """
    return urlencode({"pinnedCards": json.dumps(pins, separators=(",", ":")), "smoothing": "0"})


def flow_pins(log_dir: str | os.PathLike[str]) -> list[Pin]:
    """Return what TensorBoard's address says of cards to pin: pictures of gradient flow.

    Of more than three runs, those with the longest sequences: there the way back is longest. In the
    order in which they were trained, and each with the state that carries the past in the layer
    nearest to the input, as `back_in_time/...` has it.

    Args:
        log_dir: Directory with runs; where none recorded gradients, nothing is pinned.
    """
    from keras_rnn_study.event_log.tags import tag
    from keras_rnn_study.live_view.index import short_names
    from keras_rnn_study.live_view.reading import read_recording

    root = Path(log_dir)
    files = sorted(root.rglob("*tfevents*"), key=lambda path: path.name)  # which begins with a time
    runs = {file.parent.relative_to(root).as_posix(): None for file in files}
    full = {run: Path(root.resolve().name, run).as_posix() for run in runs}
    names = short_names(sorted(full.values()))
    try:
        known = read_recording(log_dir).index()["runs"]
    except ValueError:
        return []
    pins: list[tuple[int, Pin]] = []
    for run in runs:
        seen = known.get(names[full[run]])
        for name, layer in seen["layers"].items() if seen else ():
            if "flow" in layer["steps"]:
                state = "c" if "gradient/c" in layer["quantities"] else "h"
                pin: Pin = {"plugin": "images", "tag": tag("gradient_flow", name, state)}
                pin |= {"runId": f"{_EXPERIMENT}/{run}", "sample": 0}
                pins.append((layer["time"], pin))
                break
    return [pin for _, pin in sorted(pins, key=lambda found: -found[0])[:_MOST_PINS]]
