"""How long a randomized search goes on, and from which seed: `pytest -m fuzz --hours 1`."""

import time

import numpy as np
import pytest

SECONDS = 60  # of all searches together, where nobody asks for more
COUNTS = pytest.StashKey[dict[str, int]]()


@pytest.fixture(scope="module", autouse=True)
def _without_xla():
    """A search is of what users have: XLA compiles a trace's equations."""


@pytest.fixture
def search(request):
    """Calls a function with the random generators of seed after seed until its time is over.

    `search(case, share)` takes that share of the time of all searches. What is printed repeats a
    failure alone: `pytest -m fuzz -k NAME --seed SEED`.
    """
    hours, seed = request.config.getoption("hours"), request.config.getoption("seed")

    def run(case, share):
        if seed is not None:
            case(np.random.default_rng(seed))
            return
        seconds = share * (SECONDS if hours is None else 3600 * hours)
        begin = time.monotonic()
        # A search of hours begins at another place each time: what has been searched need not be
        # searched again. One in passing is the same each time, so that a change is what fails it.
        first = current = 0 if hours is None else time.time_ns() // 1000 % 2**31
        while current == first or time.monotonic() - begin < seconds:
            print(f"Repeat with: pytest -m fuzz -k {request.node.name} --seed {current}")
            case(np.random.default_rng(current))
            current += 1
        request.config.stash.setdefault(COUNTS, {})[request.node.name] = current - first

    return run


def pytest_terminal_summary(terminalreporter, config):
    for name, count in config.stash.get(COUNTS, {}).items():
        terminalreporter.write_line(f"{name}: {count} random cases")
