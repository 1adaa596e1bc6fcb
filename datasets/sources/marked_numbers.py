"""Sequences of numbers, two of them marked: what `adding` and `multiplication` have in common.

Numbers lie on a grid of odd multiples of a power of two, which float32 holds exactly. So none is 0,
and a step of a real sequence is never mistaken for padding, whatever its marker. The first number
of a sequence tells the part: training has every other point of the grid there, held-out data the
points between, so that no sequence can be in both.
"""

import dataclasses

import numpy as np

_GRID_POINTS = 2**23
FIRST_MARK_WITHIN = 10
"""The first mark is at one of the first 10 steps, as Hochreiter & Schmidhuber (1997) have it."""

MIN_LENGTH = 2 * FIRST_MARK_WITHIN
"""The shortest T at which the marks of Hochreiter & Schmidhuber (1997) have their places."""


def hidden_share(length: int) -> float:
    """Return the share of `hochreiter_1997`'s samples that have a mark on the first pair."""
    first = 1 / FIRST_MARK_WITHIN
    return first + (1 - first) / (length // 2 - 1)


@dataclasses.dataclass(frozen=True)
class MarkedNumbers:
    """Sequences, and where their marks are.

    Attributes:
        values: float32, `(batch, time)`.
        marks: The two marked steps, `(batch, 2)`.
    """

    values: np.ndarray
    marks: np.ndarray

    def marked(self) -> np.ndarray:
        """Return the two marked numbers of each sequence, `(batch, 2)`."""
        return np.take_along_axis(self.values, self.marks, axis=1)

    def inputs(self) -> np.ndarray:
        """Set each number beside its marker: float32, `(batch, time, 2)`."""
        x = np.zeros((*self.values.shape, 2), "float32")
        x[..., 0] = self.values
        np.put_along_axis(x[..., 1], self.marks, 1, axis=1)
        return x


def read(sample: np.ndarray) -> list[str]:
    """Write each number with two digits, and "*" where it is marked; padding is ""."""
    return [
        f"{value:.2f}" + ("*" if marker == 1 else "") if value else "" for value, marker in sample
    ]


def uniform(
    generator: np.random.Generator, num_samples: int, time: int, low: float, held_out: bool
) -> np.ndarray:
    """Draw numbers between `low` (0 or -1) and 1, both excluded: float32, `(batch, time)`."""
    points = generator.integers(_GRID_POINTS, size=(num_samples, time), dtype="int32")
    points[:, 0] = points[:, 0] // 2 * 2 + held_out
    width = (1 - low) / (2 * _GRID_POINTS)
    return ((2 * points + 1) * width + low).astype("float32")


def with_exact_gap(
    generator: np.random.Generator, num_samples: int, gap: int, held_out: bool
) -> MarkedNumbers:
    """Put the second mark `gap` steps before the last step, and the first one before it."""
    values = uniform(generator, num_samples, FIRST_MARK_WITHIN + gap + 2, 0, held_out)
    marks = np.empty((num_samples, 2), dtype=np.intp)
    marks[:, 0] = generator.integers(FIRST_MARK_WITHIN, size=num_samples)
    marks[:, 1] = FIRST_MARK_WITHIN
    return MarkedNumbers(values, marks)


def hochreiter_1997(
    generator: np.random.Generator, num_samples: int, length: int, low: float, held_out: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sequences as Hochreiter & Schmidhuber (1997) define them, padded at the right.

    Lengths are uniform from `length` to `length` + `length` // 10. One of the first 10 pairs is
    marked, then one of the first `length` // 2 - 1 others. The first and the last pair have the
    marker -1, so a mark that falls on the first pair is not to be seen.

    Returns:
        `x`, `(batch, length + length // 10, 2)`, and the two marked numbers, `(batch, 2)`: NaN
        where the mark is not to be seen.
    """
    time = length + length // 10
    values = uniform(generator, num_samples, time, low, held_out)
    first = generator.integers(FIRST_MARK_WITHIN, size=num_samples)
    second = generator.integers(length // 2 - 1, size=num_samples)
    second += second >= first  # one of the others
    lengths = generator.integers(length, time + 1, size=num_samples)

    numbers = MarkedNumbers(values, np.stack([first, second], axis=1))
    x = numbers.inputs()
    x[:, 0, 1] = -1
    x[np.arange(num_samples), lengths - 1, 1] = -1
    x[np.arange(time) >= lengths[:, None]] = 0
    marked = np.where(numbers.marks == 0, np.float32(np.nan), numbers.marked())
    return x, marked
