"""SimpleRNN: one tanh layer, repeated.

    h_t = tanh(x_t K + h_{t-1} R + b)

Backwards, with y_t = h_t:

    dh_t = dL/dy_t + dz_{t+1} R^T        total gradient
    dz_t = dh_t * tanh'_t
"""

import keras
import tensorflow as tf

from keras_rnn_study.cells.activation import activate, slope_at
from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.loops import scan
from keras_rnn_study.cells.shared_algebra import (
    at_unmasked,
    masked_steps,
    product_over_time,
    project_all,
    project_inputs,
    step_over_masked,
)


def inside(
    cell: keras.layers.Layer,
    weights: Named,
    x: tf.Tensor,
    h: tf.Tensor,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> tuple[Named, Tensors, Tensors]:
    """Return gates, states and factors, from the h of all steps; see `TracedCell.inside`."""
    _, slope = activate(cell.activation, project_all(weights, x, h, initial[0]))
    return {}, [h], _factors(slope, h, mask)


def project(cell: keras.layers.Layer, weights: Named, x: tf.Tensor) -> tuple[tf.Tensor, Named]:
    """Return x_t K + b and what the loop multiplies with; see `FusedCell.project`."""
    return project_inputs(weights, x), {"recurrent_kernel": weights["recurrent_kernel"]}


def forward(
    cell: keras.layers.Layer,
    weights: Named,
    z: tf.Tensor,
    initial: Tensors,
    mask: tf.Tensor | None,
    steps: tf.Tensor | None = None,
) -> tuple[tf.Tensor, Tensors, Tensors]:
    """Run the loop, and keep nothing but h; see `FusedCell.forward`."""

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (z, *valid) = carry, slices
        new = z + h @ weights["recurrent_kernel"]
        new = new if cell.activation is None else cell.activation(new)
        carry = step_over_masked(valid, [new], carry)
        return carry, carry

    final, (h,) = scan(step, initial, [z] if mask is None else [z, mask], steps=steps)
    return h, final, []


def gates_and_states(h: tf.Tensor, kept: Tensors) -> tuple[Named, Tensors]:
    """Return no gates, and h; see `FusedCell.gates_and_states`."""
    return {}, [h]


def factors(
    cell: keras.layers.Layer,
    h: tf.Tensor,
    kept: Tensors,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> Tensors:
    """Return what `backward` multiplies with; see `FusedCell.factors`."""
    return _factors(slope_at(cell.activation, h), h, mask)


def recurrent_gradients(
    cell: keras.layers.Layer,
    weights: Named,
    dz: tf.Tensor,
    before: tf.Tensor,
    kept: Tensors,
) -> Named:
    """Return the gradients of R; see `FusedCell.recurrent_gradients`."""
    return {"recurrent_kernel": product_over_time(before, dz)}


def backward(
    cell: keras.layers.Layer,
    weights: Named,
    factors: Tensors,
    surface: tf.Tensor,
    arriving: Tensors,
    steps: tf.Tensor | None = None,
) -> tuple[Tensors, tf.Tensor, Tensors]:
    """Return the total gradients, dz and what goes on before the first step; see `TracedCell`."""

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        (arriving,), (surface, slope, *masked) = carry, slices
        dh = surface + arriving
        dz = dh * slope
        arriving = tf.matmul(dz, weights["recurrent_kernel"], transpose_b=True)
        if masked:  # the state went past this step unchanged
            arriving += dh * masked[0]
        return [arriving], [dh, dz]

    arriving, (dh, dz) = scan(step, arriving, [surface, *factors], reverse=True, steps=steps)
    return [dh], dz, arriving


def _factors(slope: tf.Tensor, h: tf.Tensor, mask: tf.Tensor | None) -> Tensors:
    return [at_unmasked(slope, mask, 0.0), *masked_steps(mask, h)]
