"""Activations and their derivatives, for all steps of a sequence at once."""

import keras
import tensorflow as tf

_ELEMENTWISE = (
    None,
    *(
        getattr(keras.activations, name)
        for name in [
            "tanh",
            "sigmoid",
            "relu",
            "linear",
            "hard_sigmoid",
            "softsign",
            "softplus",
            "elu",
            "selu",
            "silu",
            "gelu",
            "exponential",
        ]
    ),
)

# Derivatives that the activation's value tells, so that a loop need not keep what went in.
_SLOPES_AT_VALUES = {
    None: tf.ones_like,
    keras.activations.linear: tf.ones_like,
    keras.activations.tanh: lambda a: 1 - a * a,
    keras.activations.sigmoid: lambda a: a * (1 - a),
    keras.activations.relu: lambda a: tf.cast(a > 0, a.dtype),
}


def is_elementwise(activation):
    """Whether the derivative of `activation` is one number a unit (that of softmax is a matrix)."""
    return any(activation is known for known in _ELEMENTWISE)


def activate(activation, z):
    """The activation of `z` and its derivative there, both of the shape of `z`.

    Args:
        activation: A function that `is_elementwise` accepts; `None` is the identity.
        z: Tensor of any shape.
    """
    if activation is None:
        return z, tf.ones_like(z)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        a = activation(z)
    return a, tape.gradient(a, z, unconnected_gradients="zero")


def has_slope_at(activation):
    """Whether the derivative follows from the activation's value: tanh, sigmoid, relu, linear."""
    return any(activation is known for known in _SLOPES_AT_VALUES)


def slope_at(activation, value):
    """The derivative where the activation has this `value`; the two are of one shape.

    Args:
        activation: A function that `has_slope_at` accepts.
        value: Tensor of any shape.
    """
    return _SLOPES_AT_VALUES[activation](value)
