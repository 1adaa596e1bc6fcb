"""Signs to a probability: two logistic regressions, made by studies/foretelling/evaluate.py."""

from dataclasses import dataclass

import numpy as np

UPDATES = 40
"""After how many updates the second look is taken."""

NAMES = ("reach", "readable")
SURE = 0.2
"""How near to 0 or 1 a probability has to be to say anything; see docs/foretelling.md."""
_SMALLEST_REACH = 1e-8


@dataclass(frozen=True)
class Signs:
    """One look into a network: what arrives at the evidence, and what the end knows of it.

    Attributes:
        reach: Which share of the gradient's largest norm is left at the evidence that it reaches
            worst: the median over samples, of the state and layer that it reaches best.
        readable: How well the inputs at the first and at the last evidence, whichever is worse, can
            be read linearly from the states at the end: R^2 on held-out samples, 0 for nothing, NaN
            where they are the same for all samples.
    """

    reach: float
    readable: float


@dataclass(frozen=True)
class LogOdds:
    """Log-odds that are a weighted sum of signs.

    Attributes:
        weights: One for each of `NAMES`.
        intercept: The log-odds where all signs are 0.
        middle: What the signs are in the mean of the runs that it was made with.
    """

    weights: tuple[float, ...]
    intercept: float
    middle: tuple[float, ...]

    def probability(self, signs: Signs) -> float:
        """Return the probability that the run learns."""
        log_odds = values(signs) @ self.weights + self.intercept
        return float(0.5 * (1 + np.tanh(0.5 * log_odds)))

    def against(self, signs: Signs) -> str:
        """Return the name of the sign that lowers the log-odds most, or raises them least."""
        return NAMES[int(np.argmin((values(signs) - self.middle) * self.weights))]


def values(signs: Signs) -> np.ndarray:
    """Return the signs as the models take them: log10 of the reach; what is readable, from 0 to 1.

    What is not a number, as a state or a gradient overflowed, counts as the worst.
    """
    reach = np.nan_to_num(signs.reach, nan=0.0)
    return np.array(
        [
            np.log10(np.clip(reach, _SMALLEST_REACH, 1)),
            np.clip(np.nan_to_num(signs.readable, nan=0.0), 0, 1),
        ]
    )


BEFORE = LogOdds(weights=(0.4576, 4.2529), intercept=1.1108, middle=(-2.3727, 0.2721))
AFTER = LogOdds(weights=(0.4787, 3.7706), intercept=1.2082, middle=(-2.7418, 0.4729))
