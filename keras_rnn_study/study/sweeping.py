"""`sweep`: runs all of a study that is not there yet."""

import collections
import concurrent.futures
import dataclasses

from keras_rnn_study.datasets.checks import check_choice
from keras_rnn_study.study import worker
from keras_rnn_study.study.directory import StudyDirectory, files_of
from keras_rnn_study.study.pools import WorkerDied, pool
from keras_rnn_study.study.result import Result

GPU_CHOICES = ("share", "pin", "off")


@dataclasses.dataclass
class Progress:
    """How far a sweep is; counts of runs.

    Attributes:
        total: All runs of the study.
        done: Those that are there, failed ones too.
        failed: Those that broke off.
        running: Those that are being trained.
        work: Share of the work that is done, as far as it can be told beforehand, 0 to 1.
        latest: The last `Result`, or `None`.
    """

    total: int
    done: int = 0
    failed: int = 0
    running: int = 0
    work: float = 0.0
    latest: Result | None = None


def sweep(
    study, directory, *, jobs=1, scheduler=None, gpu="share", retry_failed=False, on_progress=None
):
    """Runs all runs of a study that its directory does not have yet.

    Each finished run is one folder, which is there whole or not at all. A sweep that was
    interrupted or killed, started again, repeats none of them. The numbers do not depend on the
    number of jobs.

    Args:
        study: `Study`.
        directory: Path; made if it is not there.
        jobs: How many processes of this machine; each takes a core.
        scheduler: Address of a Dask scheduler, such as "tcp://10.0.0.1:8786", whose workers train
            instead; they need this package, and no common file system.
        gpu: "share": workers share the GPUs; "pin": each takes one of its own; "off": none.
        retry_failed: Whether runs that broke off are run again.
        on_progress: Called with a `Progress` at the start and whenever a run has begun or ended.

    Returns:
        List of `Result`, in the order of `study.runs()`.

    Raises:
        ValueError: The directory holds another study (the difference is shown), another sweep is
            running in it, it cannot be written, a run cannot be built, or no scheduler answers.

    Example:

    >>> import tempfile
    >>> from keras_rnn_study.study import Study, sweep
    >>> study = Study(task="recall", cell="lstm", gap=1, seeds=1, steps=40, units=4)
    >>> [result] = sweep(study, tempfile.mkdtemp())
    >>> result.updates, result.failed
    (40, False)
    """
    check_choice("gpu", gpu, GPU_CHOICES)
    with pool(jobs, scheduler) as workers:
        there = StudyDirectory.create(directory, study)
        with there.locked():
            _Sweep(there, workers, gpu, retry_failed, on_progress or (lambda progress: None)).go()
    return there.results()


class _Sweep:
    """One sweep in progress."""

    def __init__(self, directory, workers, gpu, retry_failed, on_progress):
        self._directory, self._workers, self._gpu = directory, workers, gpu
        self._on_progress = on_progress
        self._protocol = directory.study.protocol
        runs = directory.study.runs()
        finished = [run for run in runs if directory.has(run)]
        failed = [run for run in finished if directory.result(run).failed]
        again = failed if retry_failed else []
        self._waiting = collections.deque(_in_good_order(set(runs) - set(finished) | set(again)))
        self._suspects = collections.deque()  # runs that a worker may have died of
        self._running = {}  # future -> run
        self._all_work = sum(map(_work, runs))
        self._progress = Progress(
            len(runs), len(finished) - len(again), len(failed) - len(again)
        )
        self._left = sum(map(_work, self._waiting))

    def go(self):
        """Runs all that is waiting."""
        self._tell()
        if self._waiting:
            kinds = list(self._waiting)
            self._workers.result(self._workers.submit(worker.check, kinds, self._gpu))
        while self._waiting or self._suspects or self._running:
            self._submit()
            finished, _ = concurrent.futures.wait(
                self._running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            self._collect(finished)

    def _submit(self):
        """Gives every worker a run; a suspect gets all of them, to be the only one who runs."""
        while self._suspects and not self._running:
            return self._begin(self._suspects.popleft())
        while self._waiting and not self._suspects and len(self._running) < self._workers.places:
            self._begin(self._waiting.popleft())

    def _begin(self, run):
        future = self._workers.submit(worker.work, run, self._protocol, self._gpu)
        self._running[future] = run
        self._tell()

    def _collect(self, finished):
        for future in finished:
            if future not in self._running:
                continue  # ended with another one, below
            try:
                result, files = self._workers.result(future)
            except WorkerDied:
                self._blame(self._running.pop(future))
            else:
                self._finish(self._running.pop(future), result, files)

    def _blame(self, run):
        """A worker died. All runs that it may have died of run again, one at a time."""
        if not self._running and run in self._alone:
            ...
