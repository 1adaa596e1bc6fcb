"""Means over an epoch, of as many steps as it may have."""

import numpy as np


class EpochMeans:
    """Sums up values by tag; keeps none of them."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, values: dict[str, np.ndarray]) -> None:
        """Take in further values of some tags.

        Args:
            values: Arrays (records,) by tag.
        """
        for tag, column in values.items():
            self._sums[tag] = self._sums.get(tag, 0.0) + float(np.sum(column))
            self._counts[tag] = self._counts.get(tag, 0) + len(column)

    def means(self) -> dict[str, float]:
        """Return the mean of each tag; NaN where a value was NaN, or where there was none."""
        return {t: total / (self._counts[t] or np.nan) for t, total in self._sums.items()}
