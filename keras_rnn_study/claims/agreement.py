"""How near two computations of the same thing have to come."""

import numpy as np
import numpy.typing as npt

from keras_rnn_study.claims.claim import CONDITION, FAILS, HOLDS

FLOAT32 = 1e-4
"""Float32 carries 7 digits, of which a chain of some dozen steps may lose three."""

COARSE = 1e-2
"""TF32 and bfloat16, in which GPUs may multiply, carry 3 digits."""

RULE = (
    f"all of that agrees to {FLOAT32:g}, which is float32 rounding. Condition: only to {COARSE:g}, "
    "as hardware that multiplies with fewer digits would have it"
)


def agreement(difference: float) -> str:
    """Judge the largest difference between computed and recomputed values.

    Args:
        difference: NaN where one of the two is.

    Returns:
        A verdict.

    Example:

    >>> agreement(3e-7), agreement(2e-3), agreement(0.5), agreement(float("nan"))
    ('holds', 'holds with a condition', 'does not hold', 'does not hold')
    """
    if difference <= FLOAT32:
        return HOLDS
    return CONDITION if difference <= COARSE else FAILS


def largest_difference(values: npt.ArrayLike, others: npt.ArrayLike) -> float:
    """Return the largest absolute difference of two arrays; NaN if one of them has a NaN.

    Example:

    >>> largest_difference([1.0, 2.0], [1.5, 2.0])
    0.5
    """
    return float(np.max(np.abs(np.asarray(values, float) - np.asarray(others, float))))
