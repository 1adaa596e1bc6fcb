"""Tasks are NumPy: nothing of Keras is seeded for their tests."""

import pytest


@pytest.fixture(autouse=True)
def _seeded():
    """No seeding of Keras: tasks draw no global random numbers, and a test says so."""
