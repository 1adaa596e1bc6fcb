"""Check of numbers that must be above zero."""

import math

import numpy as np

from keras_rnn_study.arguments import shown


def positive(name: str, received: object, example: float) -> float:
    """Return `received` as a float, or raise a ValueError that says what was expected."""
    is_number = isinstance(received, int | float | np.number) and not isinstance(received, bool)
    if is_number and not isinstance(received, np.complexfloating):
        number = float(received)  # type: ignore[arg-type]
        if 0 < number < math.inf:
            return number
    raise ValueError(
        f"{name} must be a number above 0, but {shown(received)} was given. Pass, for example, "
        f"{name}={example}."
    )
