"""The fast path: gates, cell state and total gradients from the h sequence of any loop.

For Keras' own cells the gates depend only on x_t, h_{t-1} and the weights. So the sequence of h,
as the layer's own (on a GPU: fused) loop returns it, gives the gates of all steps in one matrix
product, the cell state by an elementwise scan, and the total gradients by one lean recursion.
One module per cell has its equations; `cell_module` says which functions.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.cells.activation import is_elementwise
from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.devices import batch_parts, batch_size, join, on_gpu
from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.shared_algebra import Replay, one_product, read_weights


def supports(cell: Any) -> bool:
    """Return whether the equations here are those of `cell`: exactly Keras' own, no subclass."""
    return type(cell) in EQUATIONS and all(
        is_elementwise(getattr(cell, name, None)) for name in ("activation", "recurrent_activation")
    )


def replay(
    cell: keras.layers.Layer,
    x: tf.Tensor,
    h: tf.Tensor,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> Replay:
    """Find gates, states and the backward recursion of one loop.

    Args:
        cell: A cell that `supports` accepts.
        x: Inputs, (time, batch, features), in the order in which the loop runs.
        h: States after each step, (time, batch, units), repeated at masked steps.
        initial: List of initial states, (batch, units) each.
        mask: Booleans (time, batch), or `None`.

    Returns:
        `Replay`.
    """
    equations = EQUATIONS[type(cell)]
    weights = read_weights(cell, h.dtype)

    @_compiled
    def inside(
        weights: Named, x: tf.Tensor, h: tf.Tensor, initial: Tensors, mask: tf.Tensor | None
    ) -> tuple[Named, Tensors, Tensors]:
        return equations.inside(cell, weights, x, h, initial, mask)

    @_compiled
    def backward(
        weights: Named, factors: Tensors, surface: tf.Tensor, arriving: Tensors
    ) -> tuple[Tensors, tf.Tensor, Tensors]:
        totals, dz, arriving = equations.backward(cell, weights, factors, surface, arriving)
        return totals, one_product(dz, tf.transpose(weights["kernel"])), arriving

    parts = batch_parts(batch_size(x))
    insides = [
        inside(weights, x[:, rows], h[:, rows], [s[rows] for s in initial], _rows(mask, rows))
        for rows in parts
    ]
    gates, states = join([(gates, states) for gates, states, _ in insides], axis=1)

    def in_parts(surface: tf.Tensor, arriving: Tensors) -> tuple[Tensors, tf.Tensor, Tensors]:
        done = [
            backward(weights, factors, surface[:, rows], [a[rows] for a in arriving])
            for rows, (_, _, factors) in zip(parts, insides, strict=True)
        ]
        totals, inputs = join([(totals, inputs) for totals, inputs, _ in done], axis=1)
        return totals, inputs, join([arriving for _, _, arriving in done], axis=0)

    return Replay(gates, states, in_parts)


def _rows(mask: tf.Tensor | None, rows: slice) -> tf.Tensor | None:
    return None if mask is None else mask[:, rows]


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    # XLA fuses the many small operations of a step: half the time on a CPU. On a GPU it would
    # need CUDA's compiler, which a machine with cuDNN may not have.
    return tf.function(function, jit_compile=not on_gpu(), autograph=False)
