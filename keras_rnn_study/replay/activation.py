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
