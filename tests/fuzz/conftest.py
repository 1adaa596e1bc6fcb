"""How long a randomized search goes on, and from which seed: `pytest -m fuzz --hours 1`."""

import time

import numpy as np
import pytest

SECONDS = 15  # of each search, where nobody asks for more


@pytest.fixture
def search(request):
    """Calls a function with the random generators of seed after seed until the time is over.

    A failure is repeated alone with what is printed: `pytest -m fuzz -k NAME --seed SEED`.
    """
    hours, seed = request.config.getoption("hours"), request.config.getoption("seed")
    seconds = SECONDS if hours is None else 3600 * hours / _number_of_searches(request)

    def run(case):
        if seed is not None:
            case(np.random.default_rng(seed))
            return
        begin = time.monotonic()
        # From another place each time: what has been searched need not be searched again.
        first = current = time.time_ns() // 1000 % 2**31
        while current == first or time.monotonic() - begin < seconds:
            print(f"Repeat with: pytest -m fuzz -k {request.node.name} --seed {current}")
            case(np.random.default_rng(current))
            current += 1
        request.config.stash.setdefault(COUNTS, {})[request.node.name] = current - first

    return run


COUNTS = pytest.StashKey()


def _number_of_searches(request):
    return sum("search" in item.fixturenames for item in request.session.items)


def pytest_terminal_summary(terminalreporter, config):
    for name, count in config.stash.get(COUNTS, {}).items():
        terminalreporter.write_line(f"{name}: {count} random cases")
