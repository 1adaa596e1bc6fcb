"""Work off a list of names in processes of their own, and keep each result once it is there."""

import json
import multiprocessing
import pathlib
from collections.abc import Callable, Iterator, Sequence

Result = dict[str, object]


class Results:
    """Results by name in a JSON file, so that an interrupted run goes on where it was."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self.kept = self._read()

    def keep(self, name: str, result: Result) -> None:
        """Add one to what is in the file, into which another run may have written meanwhile."""
        self.kept = self._read() | {name: result}
        text = json.dumps(dict(sorted(self.kept.items())), indent=1, allow_nan=False)
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(text + "\n", encoding="utf-8")

    def _read(self) -> dict[str, Result]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}


def work_off(
    work: Callable[[str], Result], names: Sequence[str], jobs: int
) -> Iterator[tuple[str, Result]]:
    """Yield name and result as they come, each worker with one TensorFlow thread."""
    tasks = [(work, name) for name in names]
    # A worker is replaced after a while: TensorFlow keeps the graphs of all models it has seen.
    with multiprocessing.get_context("spawn").Pool(
        min(jobs, len(names)) or 1, initializer=_start, maxtasksperchild=64
    ) as pool:
        yield from pool.imap_unordered(_one, tasks)


def _start() -> None:
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _one(task: tuple[Callable[[str], Result], str]) -> tuple[str, Result]:
    work, name = task
    return name, work(name)
