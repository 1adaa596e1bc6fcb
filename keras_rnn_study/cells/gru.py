"""GRU (Keras' order of columns: update z, reset r, candidate).

    z_t = sigmoid(x_t K_z + h_{t-1} R_z + b_z)                  update gate: how much to keep
    r_t = sigmoid(x_t K_r + h_{t-1} R_r + b_r)                  reset gate
    g_t = tanh(x_t K_h + r_t * (h_{t-1} R_h + b'_h) + b_h)      candidate, reset_after=True
    g_t = tanh(x_t K_h + (r_t * h_{t-1}) R_h + b_h)             candidate, reset_after=False
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t

Backwards, with y_t = h_t, and dz, dr, dg the gradients of what the activations are taken of:

    dh_t = dL/dy_t + dh_{t+1} * z_{t+1} + [dz, dr]_{t+1} [R_z, R_r]^T + (path through g_{t+1})
    dz_t = dh_t * (h_{t-1} - g_t) * z'_t
    dg_t = dh_t * (1 - z_t) * g'_t
"""

import keras
import tensorflow as tf

from keras_rnn_study.cells.activation import activate, slope_at
from keras_rnn_study.cells.cell_module import Named, Tensors
from keras_rnn_study.cells.loops import scan
from keras_rnn_study.cells.shared_algebra import (
    at_unmasked,
    one_product,
    previous,
    product_over_time,
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
    gate_kernel, candidate_kernel = _split(weights["recurrent_kernel"])
    input_bias, recurrent_bias = _biases(cell, weights)
    gate_bias, candidate_bias = _split(recurrent_bias)
    x_gates, x_candidate = _split(one_product(x, weights["kernel"]) + input_bias)
    before = previous(h, initial[0])

    z_z, z_r = tf.split(x_gates + one_product(before, gate_kernel) + gate_bias, 2, axis=-1)
    z, z_slope = activate(cell.recurrent_activation, z_z)
    r, r_slope = activate(cell.recurrent_activation, z_r)
    # r_t multiplies what is recalled: after the product with R_h, or before it.
    recalled = before
    if cell.reset_after:
        recalled = one_product(before, candidate_kernel) + candidate_bias
    reset = r * recalled if cell.reset_after else one_product(r * recalled, candidate_kernel)
    g, g_slope = activate(cell.activation, x_candidate + reset)

    gates = {"update": z, "reset": r, "candidate": g}
    slopes = [z_slope, r_slope, g_slope]
    return gates, [h], _factors([z, r, g], slopes, before, recalled, mask)


def project(cell: keras.layers.Layer, weights: Named, x: tf.Tensor) -> tuple[tf.Tensor, Named]:
    """Return x_t K + b and what the loop multiplies with; see `FusedCell.project`."""
    input_bias, recurrent_bias = _biases(cell, weights)
    recurrent = {"recurrent_kernel": weights["recurrent_kernel"], "recurrent_bias": recurrent_bias}
    return one_product(x, weights["kernel"]) + input_bias, recurrent


def forward(
    cell: keras.layers.Layer,
    weights: Named,
    z: tf.Tensor,
    initial: Tensors,
    mask: tf.Tensor | None,
    steps: tf.Tensor | None = None,
) -> tuple[tf.Tensor, Tensors, Tensors]:
    """Run the loop, and keep the gates and what r_t multiplies; see `FusedCell.forward`."""
    kernels, biases = (
        tf.split(weights[name], 3, axis=-1) for name in ("recurrent_kernel", "recurrent_bias")
    )
    activation, recurrent = cell.activation or tf.identity, cell.recurrent_activation or tf.identity

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (x_z, x_r, x_g, *valid) = carry, slices
        z = recurrent(x_z + h @ kernels[0] + biases[0])
        r = recurrent(x_r + h @ kernels[1] + biases[1])
        recalled = h @ kernels[2] + biases[2] if cell.reset_after else h
        g = activation(x_g + (r * recalled if cell.reset_after else (r * h) @ kernels[2]))
        states = step_over_masked(valid, [z * h + (1 - z) * g], carry)
        return states, [*states, z, r, g, recalled]

    sequences = [*tf.split(z, 3, axis=-1), *([] if mask is None else [mask])]
    final, (h, *kept) = scan(step, initial, sequences, steps=steps)
    return h, final, kept


def gates_and_states(h: tf.Tensor, kept: Tensors) -> tuple[Named, Tensors]:
    """Return the three gates, and h; see `FusedCell.gates_and_states`."""
    z, r, g, _ = kept
    return {"update": z, "reset": r, "candidate": g}, [h]


def factors(
    cell: keras.layers.Layer,
    h: tf.Tensor,
    kept: Tensors,
    initial: Tensors,
    mask: tf.Tensor | None,
) -> Tensors:
    """Return what `backward` multiplies with; see `FusedCell.factors`."""
    *gates, recalled = kept
    activations = [cell.recurrent_activation] * 2 + [cell.activation]
    slopes = [slope_at(a, gate) for a, gate in zip(activations, gates, strict=True)]
    return _factors(gates, slopes, previous(h, initial[0]), recalled, mask)


def recurrent_gradients(
    cell: keras.layers.Layer,
    weights: Named,
    dz: tf.Tensor,
    before: tf.Tensor,
    kept: Tensors,
) -> Named:
    """Return the gradients of R and of its bias; see `FusedCell.recurrent_gradients`."""
    r = kept[1]
    d_gates, dg = _split(dz)
    to_gates = product_over_time(before, d_gates)
    # r_t multiplies after the product with R_h, or before it.
    recalled, dg = (before, dg * r) if cell.reset_after else (r * before, dg)
    kernel = tf.concat([to_gates, product_over_time(recalled, dg)], -1)
    bias = tf.reduce_sum(tf.concat([d_gates, dg], -1), [0, 1])
    if not cell.reset_after:  # which has no recurrent bias
        bias = tf.zeros_like(bias)
    return {"recurrent_kernel": kernel, "recurrent_bias": bias}


def backward(
    cell: keras.layers.Layer,
    weights: Named,
    factors: Tensors,
    surface: tf.Tensor,
    arriving: Tensors,
    steps: tf.Tensor | None = None,
) -> tuple[Tensors, tf.Tensor, Tensors]:
    """Return the total gradients, dz and what goes on before the first step; see `TracedCell`."""
    gate_kernel, candidate_kernel = _split(weights["recurrent_kernel"])

    def step(carry: Tensors, slices: Tensors) -> tuple[Tensors, Tensors]:
        (arriving,), (surface, keep, to_z, to_g, to_r, r) = carry, slices
        dh = surface + arriving
        dz, dg = dh * to_z, dh * to_g
        if cell.reset_after:
            dr = dg * to_r
            through_g = tf.matmul(dg * r, candidate_kernel, transpose_b=True)
        else:
            reset = tf.matmul(dg, candidate_kernel, transpose_b=True)
            dr = reset * to_r
            through_g = reset * r
        through_gates = tf.matmul(tf.concat([dz, dr], -1), gate_kernel, transpose_b=True)
        return [dh * keep + through_gates + through_g], [dh, tf.concat([dz, dr, dg], -1)]

    arriving, (dh, dz) = scan(step, arriving, [surface, *factors], reverse=True, steps=steps)
    return [dh], dz, arriving


def _factors(
    gates: Tensors,
    slopes: Tensors,
    before: tf.Tensor,
    recalled: tf.Tensor,
    mask: tf.Tensor | None,
) -> Tensors:
    """Multiply out what `backward` needs; `before` is h_{t-1}, `recalled` what r_t multiplies."""
    (z, r, g), (z_slope, r_slope, g_slope) = gates, slopes
    to_z = at_unmasked((before - g) * z_slope, mask, 0.0)
    to_g = at_unmasked((1 - z) * g_slope, mask, 0.0)
    to_r = at_unmasked(recalled * r_slope, mask, 0.0)
    return [at_unmasked(z, mask, 1.0), to_z, to_g, to_r, at_unmasked(r, mask, 0.0)]


def _split(columns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Cut (..., 3 * units) into the columns of both gates and those of the candidate."""
    units = columns.shape[-1] // 3
    return columns[..., : 2 * units], columns[..., 2 * units :]


def _biases(cell: keras.layers.Layer, weights: Named) -> tuple[tf.Tensor, tf.Tensor]:
    """Return input and recurrent bias, (3 * units,) each; only `reset_after` has a second one."""
    none = tf.zeros(weights["kernel"].shape[-1], weights["kernel"].dtype)
    if "bias" not in weights:
        return none, none
    return (weights["bias"][0], weights["bias"][1]) if cell.reset_after else (weights["bias"], none)
