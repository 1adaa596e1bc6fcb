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

import keras
import tensorflow as tf

from keras_rnn_study.cells.activation import activate, slope_at
from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.loops import scan
from keras_rnn_study.cells.shared_algebra import (
    at_unmasked,
    masked_steps,
    previous,
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
    z_i, z_f, z_g, z_o = tf.split(project_all(weights, x, h, initial[0]), 4, axis=-1)
    i, i_slope = activate(cell.recurrent_activation, z_i)
    f, f_slope = activate(cell.recurrent_activation, z_f)
    g, g_slope = activate(cell.activation, z_g)
    o, o_slope = activate(cell.recurrent_activation, z_o)

    # A masked step keeps the state: it forgets nothing and adds nothing.
    keep, add = at_unmasked(f, mask, 1.0), at_unmasked(i * g, mask, 0.0)
    c = _cell_states(keep, add, initial[1])
    gates = {"input": i, "forget": f, "candidate": g, "output": o}
    slopes = [i_slope, f_slope, g_slope, o_slope]
    before = previous(c, initial[1])
    return gates, [h, c], _factors([i, f, g, o], slopes, before, activate(cell.activation, c), mask)


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
    """Run the loop, and keep c and the gates; see `FusedCell.forward`."""
    # One product per gate: XLA takes longer to cut one into four than to multiply four times.
    kernels = tf.split(weights["recurrent_kernel"], 4, axis=-1)
    activation, recurrent = cell.activation or tf.identity, cell.recurrent_activation or tf.identity

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        (h, c), (*z, valid) = carry, [*slices[:4], slices[4:]]
        z_i, z_f, z_g, z_o = (z + h @ kernel for z, kernel in zip(z, kernels, strict=True))
        i, f, g, o = recurrent(z_i), recurrent(z_f), activation(z_g), recurrent(z_o)
        new = f * c + i * g
        states = step_over_masked(valid, [o * activation(new), new], carry)
        return states, [*states, i, f, g, o]

    sequences = [*tf.split(z, 4, axis=-1), *([] if mask is None else [mask])]
    final, (h, *kept) = scan(step, initial, sequences, steps=steps)
    return h, final, kept


def gates_and_states(h: tf.Tensor, kept: Tensors) -> tuple[Named, Tensors]:
    """Return the four gates, and h and c; see `FusedCell.gates_and_states`."""
    c, i, f, g, o = kept
    return {"input": i, "forget": f, "candidate": g, "output": o}, [h, c]


def factors(
    cell: keras.layers.Layer,
    h: tf.Tensor,
    kept: Tensors,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> Tensors:
    """Return what `backward` multiplies with; see `FusedCell.factors`."""
    c, *gates = kept
    activations = [cell.recurrent_activation] * 2 + [cell.activation, cell.recurrent_activation]
    slopes = [slope_at(a, gate) for a, gate in zip(activations, gates, strict=True)]
    tanh_c = c if cell.activation is None else cell.activation(c)
    squashed = tanh_c, slope_at(cell.activation, tanh_c)
    return _factors(gates, slopes, previous(c, initial[1]), squashed, mask)


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
        (arriving_h, arriving_c), (surface, to_z, to_c, keep, *masked) = carry, slices
        dh = surface + arriving_h
        dc = dh * to_c + arriving_c
        dz = tf.concat([dc, dc, dc, dh], -1) * to_z
        arriving_h = tf.matmul(dz, weights["recurrent_kernel"], transpose_b=True)
        if masked:  # the state went past this step unchanged
            arriving_h += dh * masked[0]
        return [arriving_h, dc * keep], [dh, dc, dz]

    arriving, (dh, dc, dz) = scan(step, arriving, [surface, *factors], reverse=True, steps=steps)
    return [dh, dc], dz, arriving


def _factors(
    gates: Tensors,
    slopes: Tensors,
    before: tf.Tensor,
    squashed: tuple[tf.Tensor, tf.Tensor],
    mask: tf.Tensor | None,
) -> Tensors:
    """Multiply out what `backward` needs; `before` is c_{t-1}, `squashed` tanh(c_t) and its slope.

    `to_z` turns [dc, dc, dc, dh] into dz, and `to_c` dh into its part of dc, in one product each.
    """
    (i, f, g, o), (i_slope, f_slope, g_slope, o_slope) = gates, slopes
    tanh_c, c_slope = squashed
    to_z = tf.concat([g * i_slope, before * f_slope, i * g_slope, tanh_c * o_slope], -1)
    to_z, to_c = at_unmasked(to_z, mask, 0.0), at_unmasked(o * c_slope, mask, 0.0)
    return [to_z, to_c, at_unmasked(f, mask, 1.0), *masked_steps(mask, f)]


def _cell_states(keep: tf.Tensor, add: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Return c_t = keep_t * c_{t-1} + add_t of all steps."""

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        c = slices[0] * carry[0] + slices[1]
        return [c], [c]

    _, (c,) = scan(step, [initial], [keep, add])
    return c
