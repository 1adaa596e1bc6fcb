"""Where runs are trained: processes of this machine, or workers of a Dask cluster.

Both are executors as in `concurrent.futures`, so a sweep is written once.
"""

import contextlib
from collections.abc import Iterator

from keras_rnn_study.study.sweeping.cluster import Cluster
from keras_rnn_study.study.sweeping.processes import Processes
from keras_rnn_study.study.sweeping.workers import Pool


@contextlib.contextmanager
def pool(jobs: int, scheduler: str | None, runs: int) -> Iterator[Pool]:
    """Open a `Cluster` if there is a scheduler, else `Processes`, for the length of a block."""
    opened: Pool = Processes(jobs, runs) if scheduler is None else Cluster(scheduler)
    try:
        yield opened
    finally:
        opened.close()
