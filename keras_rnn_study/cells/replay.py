"""The fast path: gates, states and total gradients of Keras' own cells, from their equations.

On a CPU the loop itself is run here: compiled by XLA it is faster than Keras' own, and its steps
leave their gates. Where the layer has a better loop (cuDNN on a GPU), or computes what the loop
here does not, its own loop runs and is *replayed*: the gates depend only on x_t, h_{t-1} and the
weights, so the sequence of h gives the gates of all steps in one matrix product, the cell state by
an elementwise scan. Either way the total gradients are one lean recursion. One module per cell has
its equations; `cell_module` says which functions.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.cells.activation import has_slope_at, is_elementwise
from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.devices import batch_parts, batch_size, on_gpu
from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.shared_algebra import Replay, one_product, read_weights

_RUN_IN = ("float32", "float64")  # dtypes in which the loop here computes what Keras' does


def supports(cell: Any) -> bool:
    """Return whether the equations here are those of `cell`: exactly Keras' own, no subclass."""
    return type(cell) in EQUATIONS and all(map(is_elementwise, _activations(cell)))


def runs(cell: Any) -> bool:
    """Return whether `run` takes the place of the layer's own loop, for a cell it `supports`."""
    return (
        not on_gpu()
        and hasattr(EQUATIONS[type(cell)], "forward")
        and cell.compute_dtype in _RUN_IN
        and all(map(has_slope_at, _activations(cell)))
    )


def run(
    cell: keras.layers.Layer, x: tf.Tensor, initial: Tensors, mask: tf.Tensor | None
) -> list[Replay]:
    """Run the cell over time, and look inside.

    Args:
        cell: A cell that `supports` and `runs` accept.
        x: Inputs, (time, batch, features), in the order in which the loop runs.
        initial: List of initial states, (batch, units) each.
        mask: Booleans (time, batch), or `None`.

    Returns:
        List of `Replay`, the batch in parts. States are repeated at masked steps.
    """
    equations, weights = EQUATIONS[type(cell)], read_weights(cell, x.dtype)

    @compiled
    def forward(
        weights: Named, x: tf.Tensor, initial: Tensors, mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, Tensors]:
        z, recurrent = equations.project(cell, weights, x)
        h, _, kept = equations.forward(cell, recurrent, z, initial, mask)
        return h, kept

    @compiled
    def backward(
        weights: Named,
        h: tf.Tensor,
        kept: Tensors,
        initial: Tensors,
        mask: tf.Tensor | None,
        surface: tf.Tensor,
        arriving: Tensors,
    ) -> tuple[Tensors, tf.Tensor, Tensors]:
        factors = equations.factors(cell, h, kept, initial, mask)
        return _backward(cell, weights, factors, surface, arriving)

    def part(rows: slice) -> Replay:
        before = [state[rows] for state in initial]
        h, kept = forward(weights, x[:, rows], before, _rows(mask, rows))

        def in_part(surface: tf.Tensor, arriving: Tensors) -> tuple[Tensors, tf.Tensor, Tensors]:
            return backward(weights, h, kept, before, _rows(mask, rows), surface, arriving)

        return Replay(rows, *equations.gates_and_states(h, kept), in_part)

    return [part(rows) for rows in _parts(x, initial)]


def replay(
    cell: keras.layers.Layer,
    x: tf.Tensor,
    h: tf.Tensor,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> list[Replay]:
    """Find gates, states and the backward recursion of a loop that ran.

    Args:
        cell: A cell that `supports` accepts.
        x: Inputs, (time, batch, features), in the order in which the loop ran.
        h: States after each step, (time, batch, units), repeated at masked steps.
        initial: List of initial states, (batch, units) each.
        mask: Booleans (time, batch), or `None`.

    Returns:
        List of `Replay`, the batch in parts.
    """
    equations, weights = EQUATIONS[type(cell)], read_weights(cell, h.dtype)

    @compiled
    def inside(
        weights: Named, x: tf.Tensor, h: tf.Tensor, initial: Tensors, mask: tf.Tensor | None
    ) -> tuple[Named, Tensors, Tensors]:
        return equations.inside(cell, weights, x, h, initial, mask)

    @compiled
    def backward(
        weights: Named, factors: Tensors, surface: tf.Tensor, arriving: Tensors
    ) -> tuple[Tensors, tf.Tensor, Tensors]:
        return _backward(cell, weights, factors, surface, arriving)

    def part(rows: slice) -> Replay:
        before = [state[rows] for state in initial]
        looked = inside(weights, x[:, rows], h[:, rows], before, _rows(mask, rows))
        gates, states, factors = looked

        def in_part(surface: tf.Tensor, arriving: Tensors) -> tuple[Tensors, tf.Tensor, Tensors]:
            return backward(weights, factors, surface, arriving)

        return Replay(rows, gates, states, in_part)

    return [part(rows) for rows in _parts(x, initial)]


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of tensors that XLA compiles where that is faster: on a CPU.

    XLA fuses the many small operations of a step: half the time on a CPU. On a GPU it would need
    CUDA's compiler, which a machine with cuDNN may not have.
    """
    return tf.function(function, jit_compile=not on_gpu(), autograph=False)


def _parts(x: tf.Tensor, initial: Tensors) -> list[slice]:
    return batch_parts(batch_size(x), (x.shape[0] or 0) * initial[0].shape[-1])


def _activations(cell: Any) -> list[Any]:
    return [getattr(cell, name, None) for name in ("activation", "recurrent_activation")]


def _backward(
    cell: keras.layers.Layer,
    weights: Named,
    factors: Tensors,
    surface: tf.Tensor,
    arriving: Tensors,
) -> tuple[Tensors, tf.Tensor, Tensors]:
    """Return total gradients of the states, gradients of the inputs, and those of `initial`."""
    equations = EQUATIONS[type(cell)]
    totals, dz, arriving = equations.backward(cell, weights, factors, surface, arriving)
    return totals, one_product(dz, tf.transpose(weights["kernel"])), arriving


def _rows(mask: tf.Tensor | None, rows: slice) -> tf.Tensor | None:
    return None if mask is None else mask[:, rows]
