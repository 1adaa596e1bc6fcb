"""A function with a hand-written gradient, which may be differentiated once."""

from collections.abc import Callable
from typing import Any, NoReturn

import tensorflow as tf


def run_with_gradient(
    forward: Callable[..., tuple], backward: Callable[..., Any], inputs: list
) -> tuple[tf.Tensor, ...]:
    """Run `forward` on `inputs`, with `backward` for its gradient.

    Gradient tapes look into neither, however many there are: into what XLA compiled they cannot,
    and two tapes at once, or a persistent one, would try. Differentiating the gradient raises
    `ValueError`, as nobody wrote that one.

    Args:
        forward: `forward(*inputs) -> (outputs, kept)`; outputs are a tuple of tensors.
        backward: `backward(inputs, kept, *gradients)`: from the gradients of the outputs to those
            of the inputs, which are nested like `inputs`.
        inputs: List of tensors, or of lists and dicts of tensors.
    """

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> tuple:
        constants = _constants(inputs, tensors)
        outputs, kept = forward(*constants)

        def gradient(*arriving: tf.Tensor) -> tuple:
            @tf.custom_gradient
            def differentiate(*everything: tf.Tensor) -> tuple:
                gradients = map(tf.stop_gradient, everything[len(tensors) :])
                return tuple(tf.nest.flatten(backward(constants, kept, *gradients))), _refuse

            return differentiate(*tensors, *arriving)

        return outputs, gradient

    return run(*tf.nest.flatten(inputs))


def _constants(structure: list, tensors: tuple[tf.Tensor, ...]) -> list:
    return tf.nest.pack_sequence_as(structure, [tf.stop_gradient(t) for t in tensors])


def _refuse(*_: tf.Tensor) -> NoReturn:
    raise ValueError(
        "Received a gradient through a fused loop, to be differentiated once more. Expected first "
        "derivatives only: the loop's gradient is written by hand. For second derivatives, such as "
        "a gradient penalty's, leave the model to Keras' own loops: call undo() on what "
        "fused(model) returned."
    )
