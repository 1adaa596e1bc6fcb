"""`sweep`: runs all of a study that is not there yet."""

import collections
import concurrent.futures
import dataclasses
import os
from collections.abc import Callable

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.runs.result import Result
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study.directory import StudyDirectory
from keras_rnn_study.study.durable import as_path
from keras_rnn_study.study.grid import Study
from keras_rnn_study.study.record import files_of
from keras_rnn_study.study.sweeping import gpus, worker
from keras_rnn_study.study.sweeping.pools import pool
from keras_rnn_study.study.sweeping.workers import Future, Pool, WorkerDied


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


OnProgress = Callable[[Progress], object]


def sweep(
    study: Study,
    directory: str | os.PathLike[str],
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    gpu: str = "share",
    retry_failed: bool = False,
    on_progress: OnProgress | None = None,
) -> list[Result]:
    """Run all runs of a study that its directory does not have yet.

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
        ConnectionError: The scheduler is gone. What was finished is there, and nothing else is
            recorded: called again, the sweep goes on.

    Example:

    >>> import tempfile
    >>> from keras_rnn_study.study import Study, sweep
    >>> study = Study(task="recall", cell="lstm", gap=1, seeds=1, steps=40, units=4)
    >>> [result] = sweep(study, tempfile.mkdtemp())
    >>> result.updates, result.failed
    (40, False)
    """
    if not isinstance(study, Study):
        raise ValueError(
            f"A sweep is of a Study, but {type(study).__name__} was given. Pass, for example, "
            "Study(task='recall', gap=5)."
        )
    directory = as_path(directory)
    check_choice("gpu", gpu, gpus.CHOICES)
    with pool(jobs, scheduler, len(study.runs())) as workers:
        if not StudyDirectory.is_at(directory):
            _check(study, workers, gpu)
        there = StudyDirectory.create(directory, study)
        with there.locked():
            _Sweep(there, workers, gpu, retry_failed, on_progress or (lambda progress: None)).go()
    return there.results()


class _Sweep:
    """One sweep in progress."""

    def __init__(
        self,
        directory: StudyDirectory,
        workers: Pool,
        gpu: str,
        retry_failed: bool,
        on_progress: OnProgress,
    ) -> None:
        self._directory, self._workers, self._gpu = directory, workers, gpu
        self._on_progress = on_progress
        self._protocol, self._varied = directory.study.protocol, directory.study.varied()
        # One run of each kind can be looked into: all would be a hundred times as large on disk.
        self._shown_seed = directory.study.seeds[0]
        runs = directory.study.runs()
        there = {result.run: result.failed for result in directory.results()}
        again = {run for run, failed in there.items() if failed and retry_failed}
        waiting = [run for run in runs if run not in there or run in again]
        # Long ones first, so that none is left over at the end for one worker alone; what shares a
        # bench comes together.
        self._waiting = collections.deque(sorted(waiting, key=_work, reverse=True))
        self._suspects: collections.deque[Run] = collections.deque()  # a worker died beside them
        self._accused: Run | None = None  # the suspect that runs, alone
        self._running: dict[Future, Run] = {}
        self._all_work, self._left = sum(map(_work, runs)), sum(map(_work, waiting))
        failed = sum(there.values()) - len(again)
        self._progress = Progress(len(runs), done=len(runs) - len(waiting), failed=failed)

    def go(self) -> None:
        """Run all that is waiting."""
        self._tell()
        while self._waiting or self._suspects or self._running:
            self._begin_runs()
            done, _ = concurrent.futures.wait(
                self._running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                self._end_run(future)

    def _begin_runs(self) -> None:
        """Give each worker a run; a suspect waits until nothing else runs."""
        if not self._suspects:
            while self._waiting and len(self._running) < self._workers.places:
                self._begin(self._waiting.popleft())
        elif not self._running:
            self._accused = self._suspects.popleft()
            self._begin(self._accused)

    def _begin(self, run: Run) -> None:
        is_shown = run.seed == self._shown_seed
        future = self._workers.submit(
            worker.work, run, self._protocol, self._gpu, self._varied, is_shown
        )
        self._running[future] = run
        self._tell()

    def _end_run(self, future: Future) -> None:
        run = self._running.pop(future)
        try:
            result, files = self._workers.result(future)
        except ConnectionError:
            raise  # no result of this run, and none of any other to come
        except WorkerDied as death:
            if not death.is_certain and run != self._accused:
                self._suspects.append(run)  # another one that ran may have been the cause
                return
            result = Result(run, verdict="failed", ended="error", reason=str(death))
            files = files_of(run, result, protocol=self._protocol)
        except Exception as error:  # what a worker could not even report
            result = worker.failure(run, error)
            files = files_of(run, result, protocol=self._protocol)
        self._directory.add(run, files)
        self._progress.done += 1
        self._progress.failed += result.failed
        self._progress.latest = result
        self._left -= _work(run)
        self._tell()

    def _tell(self) -> None:
        self._progress.running = len(self._running)
        self._progress.work = 1 - self._left / self._all_work
        self._on_progress(self._progress)


def _check(study: Study, workers: Pool, gpu: str) -> None:
    """Build each configuration once, a share in each worker, which so starts TensorFlow, too."""
    configurations = list({dataclasses.replace(run, seed=0): run for run in study.runs()}.values())
    places = workers.places
    shares = [configurations[first::places] for first in range(min(places, len(configurations)))]
    futures = [workers.submit(worker.check, share, study.protocol.threads, gpu) for share in shares]
    try:
        for future in futures:
            workers.result(future)
    except WorkerDied:
        raise ValueError(
            "A process died while the study's models were built, perhaps because there was not "
            "enough memory. Pass fewer jobs, fewer units or a smaller gap."
        ) from None


def _work(run: Run) -> int:
    """Estimate how long a run takes, in no unit."""
    return run.steps * run.batch_size * (run.size + 10) * run.layers
