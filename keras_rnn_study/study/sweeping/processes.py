"""Runs trained in processes of this machine."""

import concurrent.futures
import os
from collections.abc import Callable
from typing import Any

import loky

from keras_rnn_study.runs.ranges import Range
from keras_rnn_study.study.sweeping import worker
from keras_rnn_study.study.sweeping.workers import Future, WorkerDied

# loky replaces a process that has grown by 300 MB; a model on a bench takes that, and is no leak.
_ENVIRONMENT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "3e9"}
_JOBS = Range(1, 1024, 2, whole=True)  # each is a process with TensorFlow in it


class Processes:
    """Processes of this machine (loky), also where there is only one job.

    In the caller's process, TensorFlow may have started with other threads, and a run that takes
    all memory would end the sweep.

    Args:
        jobs: How many.
        runs: How many there are to train: with more jobs, some would start for nothing.

    Raises:
        ValueError: `jobs` is no whole number from 1 to 1024.
    """

    def __init__(self, jobs: int, runs: int) -> None:
        self.places = min(int(_JOBS.check("jobs", jobs)), runs)
        self._died = loky.process_executor.TerminatedWorkerError
        self._executor: loky.ProcessPoolExecutor | None = None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """Return a future of `function(*arguments)` in one of the processes."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor.submit(function, *arguments)

    def result(self, future: Future) -> Any:
        """Return what a future came to.

        Raises:
            WorkerDied: Its process died, or that of another one, which ends all.
        """
        try:
            return future.result()
        except (self._died, concurrent.futures.BrokenExecutor, concurrent.futures.CancelledError):
            self.close()
            raise WorkerDied from None

    def close(self) -> None:
        """End all processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
        self._executor = None

    def _start(self) -> loky.ProcessPoolExecutor:
        return loky.ProcessPoolExecutor(
            self.places, initializer=worker.end_with, initargs=(os.getpid(),), env=_ENVIRONMENT
        )
