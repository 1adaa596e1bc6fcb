"""What the numbers of a run are usually, and what they may be.

One table, by which `Run` checks itself: so the command line, YAML files and Python agree, and a
mistake is told before TensorFlow starts. The upper ends are far beyond what anybody trains; they
turn a slip of the finger into a message instead of an hour without an answer.
"""

import dataclasses
import operator
from typing import Any

import numpy as np

from keras_rnn_study.arguments import shown

UNITS, LAYERS, STEPS, BATCH_SIZE, LEARNING_RATE, SEED = 32, 1, 400, 64, 3e-3, 0


@dataclasses.dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`, both included.

    Attributes:
        low: The smallest.
        high: The largest.
        example: One of them, for messages.
        whole: Whether only whole numbers count.
        above: Whether `low` itself is left out.
    """

    low: float
    high: float
    example: float
    whole: bool = False
    above: bool = False

    def check(self, name: str, received: object) -> int | float:
        """Return what was received as a number of Python's own.

        Raises:
            ValueError: It is none of these numbers.

        Example:
            >>> Range(1, 9, 4, whole=True).check("units", np.int64(7))
            7
        """
        number = _number(received, self.whole)
        is_left_out = self.above and number == self.low
        if number is not None and self.low <= number <= self.high and not is_left_out:
            return number
        kind = "a whole number" if self.whole else "a number"
        bound = f"above {self.low:,}" if self.above else f"{self.low:,} or more"
        if number is not None and number > self.high:
            bound = f"{self.high:,} or less"
        raise ValueError(
            f"{name} must be {kind}, {bound}, but {shown(received)} was given. Pass, for "
            f"example, {name}={self.example}."
        )


RANGES = {
    "gap": Range(0, 100_000, 100, whole=True),
    "length": Range(1, 100_000, 100, whole=True),
    "forget_bias": Range(-1000, 1000, 1.0),  # beyond 100 a sigmoid in float32 is 0 or 1
    "input_bias": Range(-1000, 1000, 0.0),
    "units": Range(1, 10_000, UNITS, whole=True),
    "layers": Range(1, 100, LAYERS, whole=True),
    "steps": Range(1, 1_000_000_000, STEPS, whole=True),
    "batch_size": Range(1, 1_000_000, BATCH_SIZE, whole=True),
    "learning_rate": Range(0, 1_000_000, LEARNING_RATE, above=True),
    "seed": Range(0, 2**32 - 1, SEED, whole=True),  # what NumPy's global generator takes
}
OPTIONAL = ("gap", "length", "forget_bias", "input_bias")
"""Those that may be `None` instead."""


def check(name: str, received: object) -> Any:  # an int, a float or None, as the setting is
    """Return a setting of a run as a number of Python's own; `None` where that may be.

    Raises:
        ValueError: It is out of its range.
    """
    if received is None and name in OPTIONAL:
        return None
    return RANGES[name].check(name, received)


def _number(received: object, whole: bool) -> int | float | None:
    """Return a number, or `None` if it is none; True and False are none."""
    if isinstance(received, bool | np.bool_):
        return None
    if isinstance(received, np.generic):
        received = received.item()
    if not whole:
        return received if isinstance(received, int | float) else None
    try:
        return operator.index(received)  # type: ignore[arg-type]
    except Exception:  # a TypeError, or what an object of another library raises
        return None
