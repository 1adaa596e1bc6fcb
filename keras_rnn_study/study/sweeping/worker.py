"""What a worker process does: trains runs, one after the other, and sends back finished files.

A worker writes nothing into the study's directory. So it may be on another machine, and may die at
any moment.
"""

import importlib.metadata
import os
import pathlib
import platform
import tempfile
import threading
import time
import traceback
from typing import TYPE_CHECKING

from keras_rnn_study.runs.quiet import import_tensorflow
from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.protocol import Protocol
from keras_rnn_study.study.record import History, files_of
from keras_rnn_study.study.sweeping import gpus

if TYPE_CHECKING:
    from keras_rnn_study.live_view.recording import Recording
    from keras_rnn_study.study.sweeping.bench import Bench

_one_at_a_time = threading.Lock()  # a Dask worker may have several threads
_started = False
_bench: "Bench | None" = None  # of the last run


def work(
    run: Run, protocol: Protocol, gpu: str, varied: list[str], is_shown: bool = False
) -> tuple[Result, dict[str, bytes]]:
    """Train one run; whatever goes wrong in it is its result.

    Args:
        run: The `Run`.
        protocol: `Protocol`.
        gpu: "share", "pin" or "off", as in `sweep`.
        varied: Names of what differs between the study's runs, for TensorBoard.
        is_shown: Whether the run can be looked into afterwards, in the live view.

    Returns:
        Tuple of the `Result` and its files: dict of relative path to bytes.
    """
    global _bench
    with _one_at_a_time:
        begin = time.perf_counter()
        _start(protocol.threads, gpu)
        started = time.perf_counter()
        try:
            result, history, seconds, recording = _train(run, protocol, is_shown)
            files = _events(run, result, history, varied, recording)
        except Exception as error:
            _bench = None  # in whatever state it is
            result, history, seconds = failure(run, error), {}, {}
            files = {"traceback.txt": traceback.format_exc().encode()}
        seconds |= {"start": started - begin, "total": time.perf_counter() - begin}
        files |= files_of(
            run, result, protocol=protocol, versions=versions(), seconds=seconds, history=history
        )
        return result, files


def check(runs: list[Run], threads: int, gpu: str) -> None:
    """Build models, so that a mistake shows before anything is trained.

    Raises:
        ValueError: What `Run.build` raises, or there is not enough memory.
    """
    with _one_at_a_time:
        _start(threads, gpu)
        for run in runs:
            try:
                run.build()
            except ValueError:
                raise
            except Exception as error:  # such as TensorFlow's, which the caller may not know
                raise ValueError(f"{run} cannot be built: {_reason(error)}") from None


def end_with(parent: int) -> None:
    """End this process soon after the process of that number, which may be killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def versions() -> dict[str, str]:
    """Return with what a run is made."""
    import keras
    import numpy
    import tensorflow

    return {
        "keras_rnn_study": importlib.metadata.version("keras-rnn-study"),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _start(threads: int, gpu: str) -> None:
    """Start TensorFlow as a study needs it, unless it has started."""
    global _started
    if _started:
        return
    import_tensorflow()
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        raise RuntimeError(
            "TensorFlow has started in this worker already, with other threads than the study's. "
            "Give the sweep workers of its own."
        ) from None
    gpus.prepare(gpu)
    _started = True


def _train(
    run: Run, protocol: Protocol, is_shown: bool
) -> tuple[Result, History, dict[str, float], "Recording"]:
    from keras_rnn_study.study.sweeping.bench import Bench
    from keras_rnn_study.study.sweeping.one_run import perform

    global _bench
    if _bench is None or not _bench.serves(run, protocol):
        _bench = None  # the memory of the last one, before the next one takes its own
        _bench = Bench(run, protocol)
    return perform(run, protocol, _bench, is_shown)


def failure(run: Run, error: Exception) -> Result:
    """Return the `Result` of a run that an exception ended."""
    return Result(run, verdict="failed", ended="error", reason=_reason(error))


def _reason(error: Exception) -> str:
    """Say in a line what an exception says, and whether it was for want of memory."""
    kind = type(error).__name__
    if isinstance(error, MemoryError) or kind == "ResourceExhaustedError":
        kind = f"out of memory ({kind})"
    first_line = next(iter(str(error).splitlines()), "")
    return f"{kind}: {first_line}".rstrip(": ")


def _events(
    run: Run, result: Result, history: History, varied: list[str], recording: "Recording"
) -> dict[str, bytes]:
    """Return event files: contents by relative path."""
    from keras_rnn_study.study.sweeping.run_events import write_events

    with tempfile.TemporaryDirectory() as place:
        write_events(place, run, result, history, varied, recording)
        return {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in pathlib.Path(place).rglob("*tfevents*")
        }
