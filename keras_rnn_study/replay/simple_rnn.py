"""SimpleRNN: one tanh layer, repeated.

    h_t = tanh(x_t K + h_{t-1} R + b)

Backwards, with y_t = h_t:

    dh_t = dL/dy_t + dz_{t+1} R^T        total gradient
    dz_t = dh_t * tanh'_t
"""

import tensorflow as tf

from keras_rnn_study.loops import scan
from keras_rnn_study.replay.activation import activate
from keras_rnn_study.replay.base import at_unmasked, masked_steps, project


def inside(cell, weights, x, h, initial, mask):
    """See `keras_rnn_study.replay`."""
    _, slope = activate(cell.activation, project(weights, x, h, initial[0]))
    return {}, [h], [at_unmasked(slope, mask, 0.0), *masked_steps(mask, h)]


def backward(cell, weights, factors, surface, arriving):
    """See `keras_rnn_study.replay`."""

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
