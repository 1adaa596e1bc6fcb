"""Runs trained by the workers of a Dask cluster."""

import concurrent.futures
import logging
from collections.abc import Callable
from typing import Any

from keras_rnn_study.extras import how_to_install
from keras_rnn_study.study.sweeping.workers import Future, WorkersDied

_ANSWERS_WITHIN = 10  # seconds that a scheduler has
_DASK_LOGGERS = ("distributed", "distributed.client")


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
        except Exception:  # Dask raises whatever its broken connection stumbles over
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
