"""Norms inside of a function that JAX compiles: a callback brings each row to the host."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback


class JaxBuffer:
    """See `NormBuffer`.

    JAX' functions are pure, so that none can hold a buffer; what leaves one otherwise than as its
    result is handed to the host. It counts in 32 bits unless told otherwise, so that a norm must
    not be squared: see `_norm`.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self._buffer, self._count = np.empty((rows, columns)), 0

    def norms(
        self, gradients: Sequence[jax.Array], scale: jax.Array
    ) -> tuple[jax.Array, list[jax.Array]]:
        """See `NormBuffer`."""
        each = [_norm(gradient) / scale for gradient in gradients]
        return _norm(jnp.stack(each)) if each else jnp.zeros(()), each

    def write(self, step: jax.Array, values: dict[int, jax.Array]) -> None:
        """See `NormBuffer`."""
        columns = range(1, self._buffer.shape[1])
        row = jnp.stack([jnp.asarray(values.get(k, jnp.nan), jnp.float32) for k in columns])
        io_callback(self._take, None, jnp.asarray(step), row, ordered=True)

    def _take(self, step: np.ndarray, row: np.ndarray) -> None:
        self._buffer[self._count % len(self._buffer)] = [step, *row]
        self._count += 1

    def written(self) -> int:
        """See `NormBuffer`."""
        jax.effects_barrier()  # steps that were begun are written down
        return self._count

    def read(self, rows: np.ndarray) -> np.ndarray:
        """See `NormBuffer`."""
        return self._buffer[rows]


def _norm(values: jax.Array) -> jax.Array:
    """Return the norm, of values whose squares may overflow or vanish."""
    values = jnp.abs(values.astype(jnp.float32))
    largest = jnp.max(values, initial=0.0)
    is_plain = jnp.isfinite(largest) & (largest > 0)
    unit = jnp.where(is_plain, largest, 1.0)
    return jnp.where(is_plain, unit * jnp.sqrt(jnp.sum((values / unit) ** 2)), largest)
