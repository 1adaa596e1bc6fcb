"""The loop of any cell on a CPU: hand-written gradients, compiled by XLA.

Keras' loop hands each small operation of a step to TensorFlow's executor, and keeps what automatic
differentiation asks for. Here a step is a few fused kernels; the input projection is one product
before the loop and the weights' gradients are one after it. XLA runs a loop on one core.
"""

import tensorflow as tf

from keras_rnn_study.cells.equations import previous
from keras_rnn_study.cells.replay import EQUATIONS


class XlaLoop:
    """One cell's run over time, with the gradients of every input and weight.

    Compiled anew for each batch size and length, in well under a second.

    Args:
        cell: `SimpleRNNCell`, `LSTMCell` or `GRUCell` whose activations `has_slope_at` accepts.
    """

    def __init__(self, cell):
        self._cell = cell
        self._equations = EQUATIONS[type(cell)]
        # A graph of its own, as an eager tape would look into the compiled functions.
        self._recur = tf.function(self._recurrence, autograph=False)
        self._forward = tf.function(self._run, jit_compile=True, autograph=False)
        self._backward = tf.function(self._differentiate, jit_compile=True, autograph=False)

    def __call__(self, weights, x, initial, mask):
        """Runs; as `CpuLoop`, but of a part of the batch and with the cell's `weights`."""
        z, recurrent = self._equations.project(self._cell, weights, x)
        return self._recur(z, initial, recurrent, mask)

    def _recurrence(self, z, initial, recurrent, mask):
        names = list(recurrent)

        @tf.custom_gradient
        def recurrence(z, *rest):
            initial, recurrent = rest[: -len(names)], rest[-len(names) :]
            recurrent = dict(zip(names, recurrent, strict=True))
            h, final, kept = self._forward(recurrent, z, list(initial), mask)

            def gradient(surface, *arriving):
                dz, arriving, to_recurrent = self._backward(
                    recurrent, h, kept, list(initial), mask, surface, list(arriving)
                )
                return dz, *arriving, *(to_recurrent[name] for name in names)

            return (h, *final), gradient

        h, *final = recurrence(z, *initial, *recurrent.values())
        return h, final

    def _run(self, recurrent, z, initial, mask):
        return self._equations.forward(self._cell, recurrent, z, initial, mask)

    def _differentiate(self, recurrent, h, kept, initial, mask, surface, arriving):
        equations, cell = self._equations, self._cell
        factors = equations.factors(cell, h, kept, initial, mask)
        _, dz, arriving = equations.backward(cell, recurrent, factors, surface, arriving)
        before = previous(h, initial[0])
        gradients = equations.recurrent_gradients(cell, recurrent, dz, before, kept)
        return dz, arriving, gradients
