"""SimpleRNN: one tanh layer, repeated.

    h_t = tanh(x_t K + h_{t-1} R + b)

Backwards, with y_t = h_t:

    dh_t = dL/dy_t + dz_{t+1} R^T        total gradient
    dz_t = dh_t * tanh'_t
"""

import tensorflow as tf

from keras_rnn_study.cells.activation import activate, slope_at
from keras_rnn_study.cells.equations import (
    at_unmasked,
    masked_steps,
    product_over_time,
    project_all,
    project_inputs,
    step_over_masked,
)
from keras_rnn_study.cells.loops import scan


def inside(cell, weights, x, h, initial, mask):
    """See `keras_rnn_study.cells.replay`."""
    _, slope = activate(cell.activation, project_all(weights, x, h, initial[0]))
    return {}, [h], _factors(slope, h, mask)


def project(cell, weights, x):
    """See `keras_rnn_study.cells.replay`."""
    return project_inputs(weights, x), {"recurrent_kernel": weights["recurrent_kernel"]}


def forward(cell, weights, z, initial, mask):
    """See `keras_rnn_study.cells.replay`."""

    def step(carry, slices):
        (h,), (z, *valid) = carry, slices
        new = z + h @ weights["recurrent_kernel"]
        new = new if cell.activation is None else cell.activation(new)
        carry = step_over_masked(valid, [new], carry)
        return carry, carry

    final, (h,) = scan(step, initial, [z] if mask is None else [z, mask])
    return h, final, []


def factors(cell, h, kept, initial, mask):
    """See `keras_rnn_study.cells.replay`."""
    return _factors(slope_at(cell.activation, h), h, mask)


def recurrent_gradients(cell, weights, dz, before, kept):
    """See `keras_rnn_study.cells.replay`."""
    return {"recurrent_kernel": product_over_time(before, dz)}


def backward(cell, weights, factors, surface, arriving):
    """See `keras_rnn_study.cells.replay`."""

    def step(carry, slices):
        (arriving,), (surface, slope, *masked) = carry, slices
        dh = surface + arriving
        dz = dh * slope
        arriving = tf.matmul(dz, weights["recurrent_kernel"], transpose_b=True)
        if masked:  # the state went past this step unchanged
            arriving += dh * masked[0]
        return [arriving], [dh, dz]

    arriving, (dh, dz) = scan(step, arriving, [surface, *factors], reverse=True)
    return [dh], dz, arriving


def _factors(slope, h, mask):
    return [at_unmasked(slope, mask, 0.0), *masked_steps(mask, h)]
