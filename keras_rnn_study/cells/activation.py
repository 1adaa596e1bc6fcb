"""Activations and their derivatives, for all steps of a sequence at once."""

from collections.abc import Callable
from typing import TypeAlias

import keras
import tensorflow as tf

Activation: TypeAlias = Callable[[tf.Tensor], tf.Tensor] | None

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
_SLOPES_AT_VALUES: dict[Activation, Callable[[tf.Tensor], tf.Tensor]] = {
    None: tf.ones_like,
    keras.activations.linear: tf.ones_like,
    keras.activations.tanh: lambda a: 1 - a * a,
    keras.activations.sigmoid: lambda a: a * (1 - a),
    keras.activations.relu: lambda a: tf.cast(a > 0, a.dtype),
}


def is_elementwise(activation: Activation) -> bool:
    """Return whether the derivative is one number per unit (that of softmax is a matrix)."""
    return any(activation is known for known in _ELEMENTWISE)


def activate(activation: Activation, z: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the activation of `z` and its derivative there, both of the shape of `z`.

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


def has_slope_at(activation: Activation) -> bool:
    """Return whether the activation's value tells its derivative: tanh, sigmoid, relu, linear."""
    return any(activation is known for known in _SLOPES_AT_VALUES)


def slope_at(activation: Activation, value: tf.Tensor) -> tf.Tensor:
    """Return the derivative where the activation has this `value`, of the same shape.

    Args:
        activation: A function that `has_slope_at` accepts.
        value: Tensor of any shape.
    """
    return _SLOPES_AT_VALUES[activation](value)
