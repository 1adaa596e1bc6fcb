"""LSTM: four interacting layers (Keras' order of columns: i, f, c, o).

    i_t = sigmoid(x_t K_i + h_{t-1} R_i + b_i)        input gate
    f_t = sigmoid(x_t K_f + h_{t-1} R_f + b_f)        forget gate
    g_t = tanh(x_t K_c + h_{t-1} R_c + b_c)           candidate
    o_t = sigmoid(x_t K_o + h_{t-1} R_o + b_o)        output gate
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backwards, with y_t = h_t:

    dh_t = dL/dy_t + dz_{t+1} R^T                             total gradient of h
    dc_t = dh_t * o_t * tanh'(c_t) + dc_{t+1} * f_{t+1}       total gradient of c, by way of h too
    dz_t = [dc_t g_t i'_t, dc_t c_{t-1} f'_t, dc_t i_t g'_t, dh_t tanh(c_t) o'_t]
"""

import tensorflow as tf

from keras_rnn_study.loops import scan
from keras_rnn_study.replay.activation import activate
from keras_rnn_study.replay.base import at_unmasked, masked_steps, previous, project


def inside(cell, weights, x, h, initial, mask):
    """See `keras_rnn_study.replay`."""
    z_i, z_f, z_g, z_o = tf.split(project(weights, x, h, initial[0]), 4, axis=-1)
    i, i_slope = activate(cell.recurrent_activation, z_i)
    f, f_slope = activate(cell.recurrent_activation, z_f)
    g, g_slope = activate(cell.activation, z_g)
    o, o_slope = activate(cell.recurrent_activation, z_o)

    # A masked step keeps the state: it forgets nothing and adds nothing.
    keep, add = at_unmasked(f, mask, 1.0), at_unmasked(i * g, mask, 0.0)
    c = _cell_states(keep, add, initial[1])
    squashed, c_slope = activate(cell.activation, c)

    # What turns [dc, dc, dc, dh] into dz, and dh into its part of dc, in one product each.
    slopes = [g * i_slope, previous(c, initial[1]) * f_slope, i * g_slope, squashed * o_slope]
    to_z = at_unmasked(tf.concat(slopes, -1), mask, 0.0)
    to_c = at_unmasked(o * c_slope, mask, 0.0)
    gates = {"input": i, "forget": f, "candidate": g, "output": o}
    return gates, [h, c], [to_z, to_c, keep, *masked_steps(mask, h)]


def backward(cell, weights, factors, surface, arriving):
    """See `keras_rnn_study.replay`."""

    def step(carry, slices):
        (arriving_h, arriving_c), (surface, to_z, to_c, keep, *masked) = carry, slices
        dh = surface + arriving_h
        dc = dh * to_c + arriving_c
        dz = tf.concat([dc, dc, dc, dh], -1) * to_z
        arriving_h = tf.matmul(dz, weights["recurrent_kernel"], transpose_b=True)
        if masked:  # the state went past this step unchanged
            arriving_h += dh * masked[0]
        return [arriving_h, dc * keep], [dh, dc, dz]

    arriving, (dh, dc, dz) = scan(step, arriving, [surface, *factors], reverse=True)
    return [dh, dc], dz, arriving


def _cell_states(keep, add, initial):
    """c_t = keep_t * c_{t-1} + add_t for all steps."""

    def step(carry, slices):
        c = slices[0] * carry[0] + slices[1]
        return [c], [c]

    _, (c,) = scan(step, [initial], [keep, add])
    return c
