"""Singular values of matrices whose rows are of very different size, each to its own precision.

A product of many Jacobians has singular values from 1 down to 1e-300 and beyond. An ordinary
singular value decomposition knows them all to 1e-16 of the *largest*, so that below it there is
noise. Here a matrix is kept as diag(exp(logs)) @ rows with rows of about unit length, and what is
computed never mixes a small row with the rounding error of a large one: QR steps, which part rows
that differ much, then one-sided Jacobi rotations for those that do not.

Reference: Demmel and Veselic, 1992, Jacobi's method is more accurate than QR,
https://doi.org/10.1137/0613074; Stewart, 1997, A new algorithm for the SVD of a long product of
matrices and the stability of products, ETNA 5.
"""

from collections.abc import Iterator

import numpy as np

_QR_STEPS = 2
_MOST_SWEEPS = 30  # of rotations; a handful is usual
_COSINE = 1e-7  # rows are at right angles then: what is left changes a value by its square


def multiplied(
    factor: np.ndarray, logs: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return factor @ diag(exp(logs)) @ rows, graded again.

    Args:
        factor: (..., n, n).
        logs: (..., n), -inf for a row that is zero.
        rows: (..., n, n).

    Returns:
        Tuple `(logs, rows)`.
    """
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(factor)) + logs[..., None, :]
    largest = sizes.max(axis=-1)
    largest = np.where(np.isfinite(largest), largest, 0)
    weights = np.sign(factor) * np.exp(sizes - largest[..., None])
    return _unit_rows(largest, weights @ rows)


def log_singular_values(logs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the natural logarithms of the singular values of diag(exp(logs)) @ rows.

    Args:
        logs: (batch, n), -inf for a row that is zero.
        rows: (batch, n, n).

    Returns:
        (batch, n), the largest first; -inf for zero.

    Example:

    >>> both = np.array([[[0.6, 0.8], [0.8, -0.6]]])  # rows at right angles
    >>> log_singular_values(np.array([[0.0, -2000.0]]), both).round(6).tolist()
    [[0.0, -2000.0]]
    """
    logs, rows = _sorted(*_unit_rows(logs, rows))
    for _ in range(_QR_STEPS):
        logs, rows = _sorted(*_parted(logs, rows))
    for _ in range(_MOST_SWEEPS):
        cosines = rows @ rows.swapaxes(-1, -2) * (1 - np.eye(rows.shape[-1]))
        if np.nan_to_num(np.abs(cosines)).max() < _COSINE:
            break
        for one, other in _pairs(rows.shape[-2]):
            logs, rows = _rotated(logs, rows, one, other)
        logs, rows = _sorted(logs, rows)
    return logs


def _unit_rows(logs: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.linalg.norm(rows, axis=-1)
    with np.errstate(divide="ignore"):
        return logs + np.log(lengths), rows / np.where(lengths > 0, lengths, 1)[..., None]


def _sorted(logs: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-logs, axis=-1)
    return (
        np.take_along_axis(logs, order, axis=-1),
        np.take_along_axis(rows, order[..., None], axis=-2),
    )


def _parted(logs: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Multiply by orthogonal matrices on both sides such that rows of different size part.

    From the right, D rows = (D R^T) Q^T leaves L = D R^T, whose entry (i, j) is exp(l_i) R_ji; from
    the left, the QR decomposition of L D^-1, which exp(l_i - l_j) damps below the diagonal.
    """
    ratios = _ratios(logs)
    lower = np.linalg.qr(rows.swapaxes(-1, -2)).R.swapaxes(-1, -2)
    upper = np.linalg.qr(lower * ratios).R
    return _unit_rows(logs, upper * ratios.swapaxes(-1, -2))


def _ratios(logs: np.ndarray) -> np.ndarray:
    """Return exp(l_i - l_j) of sorted logs for i >= j, else 0; 0 for rows that are zero."""
    with np.errstate(invalid="ignore"):  # -inf - -inf
        differences = np.tril(logs[..., :, None] - logs[..., None, :])
    return np.tril(np.where(np.isneginf(logs)[..., None], 0, np.exp(differences)))


def _pairs(n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all pairs of rows, in rounds in which each row occurs once, as in a tournament."""
    players = np.arange(n + n % 2)
    for _ in range(len(players) - 1):
        half = len(players) // 2
        one, other = players[:half], players[half:][::-1]
        real = (one < n) & (other < n)
        yield np.minimum(one, other)[real], np.maximum(one, other)[real]
        players = np.concatenate([players[:1], np.roll(players[1:], 1)])


def _rotated(
    logs: np.ndarray, rows: np.ndarray, one: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rotate pairs of rows such that they are at right angles; `one` is the larger of each pair.

    With their ratio r = exp(l_other - l_one) and cosine c, the rotation by t = tan(angle) makes
    u_one + t r u_other and u_other - (t / r) u_one of the unit rows, and t / r does not overflow.
    """
    swap = logs[:, one] < logs[:, other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    at = np.arange(len(logs))[:, None]
    u, v = rows[at, one], rows[at, other]
    with np.errstate(invalid="ignore"):  # -inf - -inf
        ratio = np.exp(logs[at, other] - logs[at, one])
    ratio = np.where(np.isneginf(logs[at, other]), 0, ratio)
    cosine = np.sum(u * v, axis=-1)
    gap = (1 - ratio) * (1 + ratio)
    below = gap + np.hypot(gap, 2 * ratio * cosine)
    # Rows of the same length at right angles: nothing to turn.
    t_over_ratio = np.where(below > 0, 2 * cosine / np.where(below > 0, below, 1), 0)
    t = t_over_ratio * ratio
    shorter = 0.5 * np.log1p(t * t)
    logs, rows = logs.copy(), rows.copy()
    new_logs, new_rows = _unit_rows(
        np.concatenate([logs[at, one] - shorter, logs[at, other] - shorter], axis=1),
        np.concatenate([u + (t * ratio)[..., None] * v, v - t_over_ratio[..., None] * u], axis=1),
    )
    both = np.concatenate([one, other], axis=1)
    logs[at, both], rows[at, both] = new_logs, new_rows
    return logs, rows
