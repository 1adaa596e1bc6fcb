"""The same examples in every run, and no clock: machines differ."""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=12)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _seeded():
    """No seeding of Keras: tasks draw no global random numbers, and a test says so."""
