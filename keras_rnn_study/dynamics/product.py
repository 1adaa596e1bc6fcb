"""A product of Jacobians, factor by factor, that neither overflows nor vanishes."""

import numpy as np

from keras_rnn_study.dynamics.graded import log_singular_values, multiplied


class Product:
    """P_k = J_T J_{T-1} ... J_{T-k+1}, kept as P_k^T = Q diag(exp(logs)) rows.

    Q is orthogonal. It starts as a random one: started along the axes, a triangular kernel would
    keep its rows in the order of the units, however their sizes differ, and rounding would show.

    Args:
        batch: How many products.
        states: Rows of each factor.
    """

    def __init__(self, batch: int, states: int) -> None:
        self._q = np.broadcast_to(random_directions(states, states), (batch, states, states))
        self._logs = np.zeros((batch, states))
        self._rows = np.broadcast_to(np.eye(states), (batch, states, states))

    def times(self, jacobian: np.ndarray) -> None:
        """Multiply with a factor, (batch, states, states), from the right: one step back."""
        self._q, r = np.linalg.qr(jacobian.swapaxes(-1, -2) @ self._q)
        self._logs, self._rows = multiplied(without_noise(r), self._logs, self._rows)

    def log_singular_values(self) -> np.ndarray:
        """Return their natural logarithms, (batch, states), the largest first."""
        return log_singular_values(self._logs, self._rows)


class Carried:
    """Vectors that are multiplied with one Jacobian after the other, their length as a logarithm.

    Args:
        vectors: (batch, states), the gradients to carry back.
    """

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors, self._logs = _unit(vectors, np.zeros(len(vectors)))

    def times(self, jacobian: np.ndarray) -> None:
        """Carry one step further back over a factor, (batch, states, states)."""
        vectors = np.einsum("bi,bij->bj", self._vectors, jacobian)
        self._vectors, self._logs = _unit(vectors, self._logs)

    def plus(self, vectors: np.ndarray) -> None:
        """Add what comes in at this step, (batch, states)."""
        added, logs = _unit(vectors, np.zeros(len(vectors)))
        largest = np.maximum(self._logs, logs)
        scale = np.where(np.isfinite(largest), largest, 0)[:, None]
        total = np.exp(self._logs[:, None] - scale) * self._vectors
        total += np.exp(logs[:, None] - scale) * added
        self._vectors, self._logs = _unit(total, scale[:, 0])

    def copy(self) -> "Carried":
        """Return others that go on from here."""
        other = Carried(self._vectors)
        other._logs = other._logs + self._logs
        return other

    def log_lengths(self) -> np.ndarray:
        """Return the natural logarithm of the lengths, (batch,); -inf for zero."""
        return self._logs


def random_directions(states: int, count: int) -> np.ndarray:
    """Return orthonormal columns, (states, count), always the same ones."""
    return np.linalg.qr(np.random.default_rng(0).normal(size=(states, count))).Q


def _unit(vectors: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.linalg.norm(vectors, axis=-1)
    with np.errstate(divide="ignore"):
        return vectors / np.where(lengths > 0, lengths, 1)[:, None], logs + np.log(lengths)


def without_noise(r: np.ndarray) -> np.ndarray:
    """Return a triangular factor without rows that are but rounding, as those of dead units."""
    size = np.abs(r).max(axis=-1, keepdims=True)
    noise = r.shape[-1] * np.finfo(r.dtype).eps * size.max(axis=-2, keepdims=True)
    return np.where(size <= noise, 0, r)
