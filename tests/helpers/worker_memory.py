"""A pytest plugin: the most memory that each process of the tests held, in the summary.

Each holds a TensorFlow and all functions that it ever compiled, and a small machine holds two.
"""

import resource
import sys

import pytest

_PEAKS = pytest.StashKey[dict[str, float]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PEAKS] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of xdist: tells the process that it works for."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["peak"] = _peak()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """In the process that has the workers: one of them has ended."""
    output = getattr(node, "workeroutput", {})  # one that crashed has none
    if "peak" in output:
        node.config.stash[_PEAKS][node.gateway.id] = output["peak"]


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    peaks = config.stash[_PEAKS] or {"this process": _peak()}
    told = ", ".join(f"{name} {peak:.1f} GB" for name, peak in sorted(peaks.items()))
    terminalreporter.write_line(f"most memory: {told}")


def _peak() -> float:
    """Largest resident size of this process so far, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
