"""The view on a port of this machine, without TensorBoard: `keras-rnn-study view LOG_DIR`."""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from keras_rnn_study.live_view.page import bundle
from keras_rnn_study.live_view.reading import LogReader
from keras_rnn_study.live_view.recording import Recording

_PAGE = """<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>keras_rnn_study</title>
<script type="module">import view from "./view.js"; view.served();</script>
"""
_FRESH = 5.0  # seconds for which what was read is served; a run may be growing


class Application:
    """The routes: a page, its script, an index of what there is, and frames on request.

    Args:
        log_dir: As `read_recording` takes it.

    Raises:
        ValueError: as `read_recording`.
    """

    def __init__(self, log_dir: str | os.PathLike[str]) -> None:
        self._reader = LogReader(log_dir)
        self._lock = threading.Lock()
        self._recording, self._read_at = self._reader.read(), time.monotonic()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/":
            return Response(_PAGE, mimetype="text/html")
        if request.path == "/view.js":
            return Response(bundle(), mimetype="text/javascript")
        if request.path == "/runs":
            return Response(json.dumps(self._current().index()), mimetype="application/json")
        if request.path == "/frames":
            return self._frames(request)
        return Response("There is nothing here.", status=404, mimetype="text/plain")

    def _frames(self, request: Request) -> Response:
        asked = request.args
        key = (asked.get("run", ""), asked.get("layer", ""), asked.get("part", ""))
        frames = self._recording.frames.get(key, {})
        first, last = asked.get("first", -1, type=int), asked.get("last", -1, type=int)
        if not frames or not 0 <= first <= last:
            return Response("There are no such frames.", status=404, mimetype="text/plain")
        data = b"".join(frames[step] for step in list(frames)[first : last + 1])
        return Response(data, mimetype="application/octet-stream")

    def _current(self) -> Recording:
        with self._lock:
            if time.monotonic() - self._read_at > _FRESH:
                with contextlib.suppress(ValueError):  # all is deleted: show what was there
                    self._recording = self._reader.read()
                self._read_at = time.monotonic()
            return self._recording


def serving(log_dir: str | os.PathLike[str], port: int = 0) -> BaseWSGIServer:
    """Return a server of the view, which `serve_forever` runs.

    Args:
        log_dir: As `read_recording` takes it.
        port: Of 127.0.0.1; 0: a free one, which the server's `server_port` tells.

    Raises:
        ValueError: as `read_recording`.
    """
    application = Application(log_dir)
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_Handler)


class _Handler(WSGIRequestHandler):
    """Keeps the connection for the next request, and the terminal free of a line for each."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""
