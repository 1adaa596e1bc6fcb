"""Where runs are trained: processes of this machine, or workers of a Dask cluster.

Both are executors as in `concurrent.futures`, so a sweep is written once.
"""

import concurrent.futures
import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import loky

from keras_rnn_study.extras import how_to_install
from keras_rnn_study.runs.ranges import Range
from keras_rnn_study.study.sweeping import worker

# loky replaces a process that has grown by 300 MB; a model on a bench takes that, and is no leak.
_ENVIRONMENT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "3e9"}
_JOBS = Range(1, 1024, 2, whole=True)  # each is a process with TensorFlow in it
_ANSWERS_WITHIN = 10  # seconds that a scheduler has
_DASK_LOGGERS = ("distributed", "distributed.client")


class WorkerDied(Exception):
    """A worker process ended without an answer.

    Attributes:
        is_certain: Whether it was surely the run that was asked for which ended it.
    """

    is_certain = False

    def __str__(self) -> str:
        return "its process died, twice: killed, perhaps because there was not enough memory"


class WorkersDied(WorkerDied):
    """Several workers ended, one after the other, each at the same run."""

    is_certain = True

    def __str__(self) -> str:
        return "several workers died of it, perhaps because there was not enough memory"


class Pool(Protocol):
    """What a sweep asks of those who train.

    Attributes:
        places: How many runs they train at a time.
    """

    @property
    def places(self) -> int: ...  # noqa: D102

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future":
        """Return a future of `function(*arguments)`."""

    def result(self, future: "Future") -> Any:
        """Return what a future came to.

        Raises:
            WorkerDied: Who was to answer is gone.
            ConnectionError: Nobody will answer any more.
        """

    def close(self) -> None:
        """Leave it."""


Future = concurrent.futures.Future


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

    def _start(self) -> "loky.ProcessPoolExecutor":
        return loky.ProcessPoolExecutor(
            self.places, initializer=worker.end_with, initargs=(os.getpid(),), env=_ENVIRONMENT
        )


class Cluster:
    """The workers of a Dask cluster, one run at a time each.

    Args:
        address: Of the scheduler, such as "tcp://10.0.0.1:8786".

    Raises:
        ValueError: Dask is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ModuleNotFoundError:
            raise ValueError(
                "--scheduler needs Dask, which is not installed. "
                f"Install it with: {how_to_install('dask')}"
            ) from None
        if not (isinstance(address, str) and address.strip()):  # Dask would start one of its own
            raise ValueError(
                f"A scheduler has an address, but {address!r} was given. Start one with "
                "'dask scheduler', and pass the address that it prints."
            )
        self._address = address
        self._loggers = {logging.getLogger(name): logging.NOTSET for name in _DASK_LOGGERS}
        self._died = distributed.scheduler.KilledWorker
        try:
            self._client = distributed.Client(
                address, timeout=_ANSWERS_WITHIN, set_as_default=False
            )
        except Exception as error:  # Dask has one for each way of being no address
            raise ValueError(
                f"No Dask scheduler answers at {address!r} ({str(error) or type(error).__name__}). "
                "Start one with 'dask scheduler', and pass the address that it prints."
            ) from None
        self._executor = self._client.get_executor(pure=False)
        # A lost connection is told in our own words, not in tracebacks from Dask's threads.
        for logger in self._loggers:
            self._loggers[logger] = logger.level
            logger.setLevel(logging.CRITICAL)

    @property
    def places(self) -> int:
        """Count the workers, which may come and go."""
        try:
            return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        except (OSError, KeyError, concurrent.futures.CancelledError):
            raise self._lost() from None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """Return a future of `function(*arguments)` on one of the workers.

        Dask gives it to another worker if that one dies.

        Raises:
            ConnectionError: The scheduler is gone.
        """
        try:
            return self._executor.submit(function, *arguments)
        except Exception:
            if self._client.status == "running":
                raise
            raise self._lost() from None

    def result(self, future: Future) -> Any:
        """Return what a future came to.

        Raises:
            WorkersDied: Several workers died of it.
            ConnectionError: The scheduler is gone, and with it whatever would have come.
        """
        try:
            return future.result()
        except self._died:
            raise WorkersDied from None
        except concurrent.futures.CancelledError:
            raise self._lost() from None

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._executor.shutdown(wait=False)
        self._client.close()
        for logger, level in self._loggers.items():
            logger.setLevel(level)

    def _lost(self) -> ConnectionError:
        return ConnectionError(
            f"The connection to the Dask scheduler at {self._address!r} is lost. Runs that were "
            "finished are there. Start the scheduler, and give the same command again: it goes on "
            "where it was."
        )


@contextlib.contextmanager
def pool(jobs: int, scheduler: str | None, runs: int) -> Iterator[Pool]:
    """Open a `Cluster` if there is a scheduler, else `Processes`, for the length of a block."""
    opened: Pool = Processes(jobs, runs) if scheduler is None else Cluster(scheduler)
    try:
        yield opened
    finally:
        opened.close()
