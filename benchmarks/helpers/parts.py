"""Named parts of a benchmark, run in a process of their own, which may end at any time.

Figures are taken as they come, so a limit loses nothing that was measured. A part that takes the
process with it, as a kernel that fails may, costs only itself: a new process runs the rest.
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import traceback

_MARK = "\x1e"  # begins a line that is figures
_TOOK = "took, s"


def work(parts, names):
    """Runs parts here, and says their figures.

    Args:
        parts: dict of name to function that yields `(what, value)`.
        names: Which of them.
    """
    for name in names:
        start = time.perf_counter()
        _say(name, {})
        try:
            for what, value in parts[name]():
                _say(name, {what: value})
        except Exception:  # whatever it is, the other parts are still wanted
            _say(name, {"error": traceback.format_exc()})
        _say(name, {_TOOK: round(time.perf_counter() - start, 1)})


def follow(command, names, take, at_most):
    """Runs parts elsewhere.

    Args:
        command: List of words that starts a process which calls `work` on the names behind them.
        names: The parts, in order.
        take: `take(name, figures)`, called as they come; with none when a part begins.
        at_most: Seconds, after which all ends.

    Returns:
        List of the names that were not begun.
    """
    end = time.monotonic() + at_most
    while names and time.monotonic() < end:
        names = _one_process(command, names, take, end)
    return names


def _one_process(command, names, take, end):
    """Returns the names that are left after it ended."""
    done, running = [], None
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, *names],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # so that what it started ends with it
        )
        timer = threading.Timer(end - time.monotonic(), os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        for line in process.stdout:
            if not line.startswith(_MARK):
                print(line, end="", flush=True)
                continue
            name, figures = json.loads(line[len(_MARK) :])
            take(name, figures)
            running = None if _TOOK in figures else name
            done.append(name)
        status = process.wait()
        timer.cancel()
        errors.seek(0)
        said = errors.read().splitlines()[-20:]
    if running is None and not done:
        running = names[0]  # it did not even begin
        done = [running]
        take(running, {})
    if running is not None:
        why = "the limit was reached" if time.monotonic() >= end else f"it ended with {status}"
        take(running, {"error": "\n".join([*said, why])})
    return [name for name in names if name not in done]


def _say(name, figures):
    print(_MARK + json.dumps([name, figures]), flush=True)
