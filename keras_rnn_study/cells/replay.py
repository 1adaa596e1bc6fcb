"""The fast path: gates, cell state and total gradients from the h sequence of any loop.

For Keras' own cells the gates depend only on x_t, h_{t-1} and the weights. So the sequence of h,
as the layer's own (on a GPU: fused) loop returns it, gives the gates of all steps in one matrix
product, the cell state by an elementwise scan, and the total gradients by one lean recursion.
One module a cell, each with its equations as they stand on paper and two functions:

    inside(cell, weights, x, h, initial, mask) -> gates, states, factors
    backward(cell, weights, factors, surface, arriving) -> totals, dz, arriving

`factors` is what the recursion multiplies with at each step; `dz` is the gradient of what the
input projection x K adds to.
"""

import keras
import tensorflow as tf

from keras_rnn_study.cells import gru, lstm, simple_rnn
from keras_rnn_study.cells.activation import is_elementwise
from keras_rnn_study.cells.devices import batch_parts, batch_size, join, on_gpu
from keras_rnn_study.cells.equations import Replay, one_product, read_weights

EQUATIONS = {
    keras.layers.SimpleRNNCell: simple_rnn,
    keras.layers.LSTMCell: lstm,
    keras.layers.GRUCell: gru,
}


def supports(cell):
    """Whether the equations here are those of `cell`: exactly Keras' own, not a subclass."""
    return type(cell) in EQUATIONS and all(
        is_elementwise(getattr(cell, name, None)) for name in ("activation", "recurrent_activation")
    )


def replay(cell, x, h, initial, mask):
    """Gates, states and the backward recursion of one loop.

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
    def inside(weights, x, h, initial, mask):
        return equations.inside(cell, weights, x, h, initial, mask)

    @_compiled
    def backward(weights, factors, surface, arriving):
        totals, dz, arriving = equations.backward(cell, weights, factors, surface, arriving)
        return totals, one_product(dz, tf.transpose(weights["kernel"])), arriving

    parts = batch_parts(batch_size(x))
    insides = [
        inside(weights, x[:, rows], h[:, rows], [s[rows] for s in initial], _rows(mask, rows))
        for rows in parts
    ]
    gates, states = join([(gates, states) for gates, states, _ in insides], axis=1)

    def in_parts(surface, arriving):
        done = [
            backward(weights, factors, surface[:, rows], [a[rows] for a in arriving])
            for rows, (_, _, factors) in zip(parts, insides, strict=True)
        ]
        totals, inputs = join([(totals, inputs) for totals, inputs, _ in done], axis=1)
        return totals, inputs, join([arriving for _, _, arriving in done], axis=0)

    return Replay(gates, states, in_parts)


def _rows(mask, rows):
    return None if mask is None else mask[:, rows]


def _compiled(function):
    # XLA fuses the many small operations of a step: half the time on a CPU. On a GPU it would
    # need CUDA's compiler, which a machine with cuDNN may not have.
    return tf.function(function, jit_compile=not on_gpu(), autograph=False)
