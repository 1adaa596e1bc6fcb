"""Where runs are trained: processes of this machine, or workers of a Dask cluster.

Both are executors as in `concurrent.futures`, so a sweep is written once.
"""

import concurrent.futures
import contextlib
import os

from keras_rnn_study.datasets.checks import whole_number
from keras_rnn_study.study.sweeping import worker

# loky replaces a process that has grown by 300 MB; a model on a bench takes that, and is no leak.
_ENVIRONMENT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "3e9"}


class WorkerDied(Exception):
    """A worker process ended without an answer.

    Attributes:
        is_certain: Whether it was surely the run that was asked for which ended it.
    """

    is_certain = False

    def __str__(self):
        return "its process died, twice: killed, perhaps because there was not enough memory"


class WorkersDied(WorkerDied):
    """Several workers ended, one after the other, each at the same run."""

    is_certain = True

    def __str__(self):
        return "several workers died of it, perhaps because there was not enough memory"


class Processes:
    """Processes of this machine (loky), also where there is only one job.

    In the caller's process, TensorFlow may have started with other threads, and a run that takes
    all memory would end the sweep.

    Args:
        jobs: How many.
    """

    def __init__(self, jobs):
        import loky

        self.places = whole_number("jobs", jobs, at_least=1)
        self._died = loky.process_executor.TerminatedWorkerError
        self._executor = None

    def submit(self, function, *arguments):
        """A future of `function(*arguments)` in one of the processes."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor.submit(function, *arguments)

    def result(self, future):
        """What a future came to.

        Raises:
            WorkerDied: Its process died, or that of another one, which ends all.
        """
        try:
            return future.result()
        except (self._died, concurrent.futures.BrokenExecutor, concurrent.futures.CancelledError):
            self.close()
            raise WorkerDied from None

    def close(self):
        """Ends all processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
        self._executor = None

    def _start(self):
        import loky

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

    def __init__(self, address):
        try:
            import distributed
        except ModuleNotFoundError:
            raise ValueError(
                "--scheduler needs Dask, which is not installed. "
                "Install it: pip install 'keras-rnn-study[dask]'"
            ) from None
        self._died = distributed.scheduler.KilledWorker
        try:
            self._client = distributed.Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(
                f"No Dask scheduler answers at {address!r} ({error}). Start one with "
                "'dask scheduler', and pass the address that it prints."
            ) from None
        self._executor = self._client.get_executor(pure=False)

    @property
    def places(self):
        """How many runs at a time: workers may come and go."""
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def submit(self, function, *arguments):
        """A future of `function(*arguments)` on one of the workers.

        Dask gives it to another worker if that one dies.
        """
        return self._executor.submit(function, *arguments)

    def result(self, future):
        """What a future came to.

        Raises:
            WorkersDied: Several workers died of it.
        """
        try:
            return future.result()
        except (self._died, concurrent.futures.CancelledError):
            raise WorkersDied from None

    def close(self):
        """Leaves the cluster, which goes on."""
        self._executor.shutdown(wait=False)
        self._client.close()


@contextlib.contextmanager
def pool(jobs, scheduler):
    """`Cluster` if there is a scheduler, else `Processes`, for the length of a block."""
    opened = Cluster(scheduler) if scheduler else Processes(jobs)
    try:
        yield opened
    finally:
        opened.close()
