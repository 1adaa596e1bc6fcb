"""Which half someone is in: one for making rules, one held out until the rules are done.

Within a family the patients of one cause take turns, in an order drawn from a fixed seed, so both
halves have as many of each family and nearly as many of each cause. A twin is in the half of its
patient. Families are drawn apart: a new patient can move others, but of its own family only.
"""

import zlib
from collections.abc import Sequence

import everyone
import numpy as np
from case import Healthy, Patient

HALVES = ("develop", "held-out")
_SEED = 20170817


def halves() -> dict[str, str]:
    """Return the half of everyone but the twins, by name."""
    return {
        name: half
        for family, subjects in everyone.by_family().items()
        for name, half in _split(family, subjects).items()
    }


def _split(family: str, subjects: Sequence[Patient | Healthy]) -> dict[str, str]:
    generator = np.random.default_rng([_SEED, zlib.crc32(family.encode())])
    drawn = {subject.name: generator.random() for subject in subjects}
    order = sorted(subjects, key=lambda subject: (subject.cause or "", drawn[subject.name]))
    first = int(generator.integers(2))
    return {subject.name: HALVES[(first + turn) % 2] for turn, subject in enumerate(order)}
