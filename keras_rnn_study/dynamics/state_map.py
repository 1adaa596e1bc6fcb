"""A cell as a map from one state to the next, and the Jacobian of that map."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.cells.cell_module import Tensors
from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.replay import supports
from keras_rnn_study.cells.shared_algebra import read_weights
from keras_rnn_study.tracing.cell_loop import call_cell, dropout_masks

_MOST_NUMBERS = 2**21  # of the Jacobians that are worked on together: 16 MiB


class StateMap:
    """s' = F(x, s), of any number of independent steps at once: one per row.

    The cell is called as it is, in its own precision, and differentiated by TensorFlow.

    Args:
        cell: Any recurrent cell.
        shapes: Shape of each of its states without the batch, h first. In `s` they are flattened,
            one behind the other.

    Attributes:
        num_states: Length of `s`.
    """

    def __init__(self, cell: Any, shapes: Sequence[Sequence[int]]) -> None:
        self.cell, self.shapes = cell, [tuple(shape) for shape in shapes]
        self._sizes = [math.prod(shape) for shape in self.shapes]
        self.num_states = sum(self._sizes)
        self.dtype = tf.as_dtype(getattr(cell, "compute_dtype", None) or keras.config.floatx())

    def __call__(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return the states after one step: float64, (rows, states).

        Args:
            x: Inputs, (rows, features).
            s: States before it, (rows, states).
        """
        return np.float64(self._after(*self._tensors(x, s)))

    def jacobian(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return ds'_i / ds_j of each row: float64, (rows, states, states).

        Args:
            x: Inputs, (rows, features).
            s: States before the step, (rows, states).
        """
        rows = max(1, _MOST_NUMBERS // self.num_states**2)
        starts = range(0, len(s), rows)
        return np.concatenate(
            [self._jacobian(*self._tensors(x[i : i + rows], s[i : i + rows])) for i in starts]
        )

    def split(self, s: tf.Tensor) -> Tensors:
        """Return the states one by one: (rows, states) to (rows, *shape) each."""
        parts = tf.split(s, self._sizes, axis=-1)
        return [
            tf.reshape(part, [-1, *shape]) for part, shape in zip(parts, self.shapes, strict=True)
        ]

    def _tensors(self, x: np.ndarray, s: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(x, self.dtype), tf.cast(s, self.dtype)

    def _jacobian(self, x: tf.Tensor, s: tf.Tensor) -> np.ndarray:
        # Each row as often as there are states, each time with another one as what is asked for.
        rows = self._rows_back(x, s, tf.tile(tf.eye(self.num_states, dtype=s.dtype), [len(s), 1]))
        return np.float64(rows).reshape(len(s), self.num_states, self.num_states)

    def _rows_back(self, x: tf.Tensor, s: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        """Carry gradients of the states after the step, (rows * states, states), back over it."""
        x, s = (tf.repeat(tensor, self.num_states, axis=0) for tensor in (x, s))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(s)
            after = self._after(x, s)
        return tape.gradient(after, s, output_gradients=seeds, unconnected_gradients="zero")

    def _after(self, x: tf.Tensor, s: tf.Tensor) -> tf.Tensor:
        before = self.split(s)
        # Within the scope nothing is assigned, as in a trace.
        with keras.StatelessScope(), dropout_masks(self.cell, x, [part[None] for part in before]):
            _, after = call_cell(self.cell, x, before, self.nested(before))
        return tf.concat([tf.reshape(part, [len(s), -1]) for part in after], -1)

    def nested(self, states: Tensors) -> Any:
        """Return something nested as the cell takes its states."""
        if not hasattr(self.cell, "get_initial_state"):
            return states
        nested = self.cell.get_initial_state(batch_size=1)
        return nested if keras.tree.is_nested(nested) else [nested]


class EquationsMap(StateMap):
    """The same by the equations in `cells/`, in float64.

    Their backward recursion, seeded with one state after the other, gives the Jacobian row by row.
    """

    def __init__(self, cell: Any, shapes: Sequence[Sequence[int]]) -> None:
        super().__init__(cell, shapes)
        self.dtype = tf.float64
        self._equations = EQUATIONS[type(cell)]

    def _after(self, x: tf.Tensor, s: tf.Tensor) -> tf.Tensor:
        z, recurrent = self._equations.project(self.cell, self._weights(), x[None])
        _, after, _ = self._equations.forward(self.cell, recurrent, z, self.split(s), None)
        return tf.concat(after, -1)

    def _rows_back(self, x: tf.Tensor, s: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        before, weights = self.split(s), self._weights()
        # As there is one step only, no gate depends on the h after it.
        _, _, factors = self._equations.inside(
            self.cell, weights, x[None], before[0][None], before, None
        )
        factors = [tf.repeat(factor, self.num_states, axis=1) for factor in factors]
        arriving = self.split(seeds)
        surface = tf.zeros_like(arriving[0])[None]
        _, _, through = self._equations.backward(self.cell, weights, factors, surface, arriving)
        return tf.concat(through, -1)

    def _weights(self) -> dict[str, tf.Tensor]:
        return read_weights(self.cell, self.dtype)


def state_map(cell: Any, shapes: Sequence[Sequence[int]]) -> StateMap:
    """Return the map of a cell: by equations where `cells/` has them."""
    return (EquationsMap if supports(cell) else StateMap)(cell, shapes)
