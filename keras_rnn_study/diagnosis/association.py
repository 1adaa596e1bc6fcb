"""Which time steps tell of the label by themselves: where evidence is, if nobody says it."""

import numpy as np

_Z = 5.0
"""Standard errors: by chance once in 1.7 million, and there are up to 100,000 pairs to look at."""
_FEWEST = 32
_MANY_SYMBOLS = 64
_MOST_NUMBERS = 4_000_000


def informative_steps(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray | None:
    """Return the time steps at which some input is correlated with some column of the labels.

    What several steps tell only together, as the marks of the adding task do, is not seen: so that
    nothing is found does not say that there is nothing.

    Args:
        inputs: (batch, time) token ids, or (batch, time, features).
        targets: (batch, columns).

    Returns:
        Booleans (time,); `None` where there are too few samples, too many symbols or no step.
    """
    if inputs.ndim == 2 and inputs.dtype.kind in "iub":
        symbols = np.unique(inputs)
        if len(symbols) > _MANY_SYMBOLS:
            return None
        inputs = inputs[..., None] == symbols
    if inputs.ndim != 3 or len(inputs) < _FEWEST or inputs.size > _MOST_NUMBERS:
        return None
    x, y = _standardised(inputs.reshape(len(inputs), -1)), _standardised(targets)
    correlation = np.clip(x.T @ y / len(x), -1 + 1e-12, 1 - 1e-12)
    z = np.abs(np.arctanh(correlation)) * np.sqrt(len(x) - 3)
    steps = (z.reshape(inputs.shape[1], -1) > _Z).any(axis=1)
    return steps if steps.any() else None


def _standardised(values: np.ndarray) -> np.ndarray:
    centred = values.astype(np.float64)
    centred = centred - centred.mean(axis=0)
    spread = centred.std(axis=0)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
