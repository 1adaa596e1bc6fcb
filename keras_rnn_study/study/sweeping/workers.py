"""What a sweep asks of those who train, wherever they are, and what may become of them."""

import concurrent.futures
from collections.abc import Callable
from typing import Any, Protocol

Future = concurrent.futures.Future


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

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """Return a future of `function(*arguments)`."""

    def result(self, future: Future) -> Any:
        """Return what a future came to.

        Raises:
            WorkerDied: Who was to answer is gone.
            ConnectionError: Nobody will answer any more.
        """

    def close(self) -> None:
        """Leave it."""
