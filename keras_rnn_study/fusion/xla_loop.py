"""The loop of any cell on a CPU: hand-written gradients, compiled by XLA.

Keras' loop hands each small operation of a step to TensorFlow's executor, and keeps what automatic
differentiation asks for. Here a step is a few fused kernels; the input projection is one product
before the loop and the weights' gradients are one after it. XLA runs a loop on one core.

XLA compiles for one length. Where sequences have many, their projections are padded to one of a
few lengths, and the loop stops at the last step before the padding.
"""

from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.cells.registry import EQUATIONS
from keras_rnn_study.cells.shared_algebra import previous
from keras_rnn_study.fusion.once import run_with_gradient
from keras_rnn_study.fusion.padding import pad_time, padded_length
from keras_rnn_study.seams.keras_internals import is_within_xla


class XlaLoop:
    """One cell's run over time, with the gradients of every input and weight.

    Compiled anew for each batch size, and for each length: the sequence's where the graph knows
    it, else one of `padded_length`.

    Args:
        cell: `SimpleRNNCell`, `LSTMCell` or `GRUCell` whose activations `has_slope_at` accepts. It
            must not change: its activations are compiled.
    """

    def __init__(self, cell: keras.layers.Layer) -> None:
        self._cell = cell
        self._equations = EQUATIONS[type(cell)]
        compiled = {"jit_compile": True, "autograph": False, "reduce_retracing": True}
        self._forward = tf.function(self._run, **compiled)
        self._backward = tf.function(self._differentiate, **compiled)

    def __call__(
        self,
        weights: dict[str, tf.Tensor],
        x: tf.Tensor,
        initial: list[tf.Tensor],
        mask: tf.Tensor | None,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Run as `cpu_loop` does, but a part of the batch, with the cell's `weights`."""
        z, recurrent = self._equations.project(self._cell, weights, x)
        if not _has_many_lengths(x):
            return self._recur(recurrent, z, initial, mask, None)
        steps = tf.shape(x)[0]
        length = padded_length(steps)
        mask = None if mask is None else pad_time(mask, length)
        h, final = self._recur(recurrent, pad_time(z, length), initial, mask, steps)
        return tf.ensure_shape(h[:steps], [x.shape[0], *h.shape[1:]]), final

    def _recur(
        self,
        recurrent: dict[str, tf.Tensor],
        z: tf.Tensor,
        initial: list[tf.Tensor],
        mask: tf.Tensor | None,
        steps: tf.Tensor | None,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return h and final states after so many `steps` of z, (time, batch, gates * units)."""

        def forward(*inputs: Any) -> tuple:
            h, final, kept = self._forward(*inputs, mask, steps)
            return (h, *final), (h, kept)

        def backward(inputs: list, kept: tuple, surface: tf.Tensor, *arriving: tf.Tensor) -> tuple:
            return self._backward(*inputs, mask, steps, *kept, surface, list(arriving))

        h, *final = run_with_gradient(forward, backward, [recurrent, z, list(initial)])
        return h, final

    def _run(
        self,
        recurrent: dict[str, tf.Tensor],
        z: tf.Tensor,
        initial: list[tf.Tensor],
        mask: tf.Tensor | None,
        steps: tf.Tensor | None,
    ) -> tuple:
        return self._equations.forward(self._cell, recurrent, z, initial, mask, steps)

    def _differentiate(
        self,
        recurrent: dict[str, tf.Tensor],
        z: tf.Tensor,
        initial: list[tf.Tensor],
        mask: tf.Tensor | None,
        steps: tf.Tensor | None,
        h: tf.Tensor,
        kept: list[tf.Tensor],
        surface: tf.Tensor,
        arriving: list[tf.Tensor],
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor, list[tf.Tensor]]:
        """Return the gradients of `recurrent`, `z` and `initial`."""
        equations, cell = self._equations, self._cell
        factors = equations.factors(cell, h, kept, initial, mask)
        _, dz, arriving = equations.backward(cell, recurrent, factors, surface, arriving, steps)
        before = previous(h, initial[0])
        return equations.recurrent_gradients(cell, recurrent, dz, before, kept), dz, arriving


def _has_many_lengths(x: tf.Tensor) -> bool:
    """Return whether the next call may bring another length: the graph does not know this one."""
    return (x.shape[0] is None or tf.executing_eagerly()) and not is_within_xla()
