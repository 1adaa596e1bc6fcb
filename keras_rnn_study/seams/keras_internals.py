"""Everything private in Keras and TensorFlow that the toolkit touches; nothing else names it.

Each function says what it stands in for and which feature goes without it, should a release take
the name away. `tests/seams/test_keras_internals.py` holds each against what it is used for.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras


def sublayers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the layers directly within `layer`: attributes, lists, wrapped ones.

    The public `Model.layers` lists one level of a model only, and not what a wrapper or a layer of
    the user's own holds. Without it no layer below the first level has a name.
    """
    return list(layer._flatten_layers(include_self=False, recursive=False))


def all_layers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return `layer` and every layer below it; see `sublayers`."""
    return list(layer._flatten_layers())


@contextlib.contextmanager
def kept_losses(model: keras.Model) -> Iterator[None]:
    """Leave what layers passed to `add_loss` as it was; each call of a model clears it.

    Without it a trace would change what `model.losses` returns.
    """
    layers = all_layers(model)
    before = [(list(layer._losses), set(layer._loss_ids)) for layer in layers]
    try:
        yield
    finally:
        for layer, (losses, ids) in zip(layers, before, strict=True):
            layer._losses[:] = losses
            layer._loss_ids.clear()
            layer._loss_ids.update(ids)


def masks_received(layer: keras.layers.Layer) -> list[Any]:
    """Return the mask of each call of the layer in a functional model's graph; `None` without one.

    What it was passed, or what its input carries: Keras hands that on where no other tensor is
    passed. Without it the doctor cannot tell whether a mask reaches a layer.
    """

    def has_tensors(argument: Any) -> bool:
        return any(isinstance(part, keras.KerasTensor) for part in keras.tree.flatten(argument))

    received = []
    for node in getattr(layer, "_inbound_nodes", []):
        passed = [*node.arguments.args, *node.arguments.kwargs.values()]
        mask = node.arguments.kwargs.get("mask")
        if mask is None and sum(map(has_tensors, passed)) == 1:
            mask = [getattr(tensor, "_keras_mask", None) for tensor in node.input_tensors]
        received.append(next((m for m in keras.tree.flatten(mask) if m is not None), None))
    return received


def trainable_variables(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """Return the variables that the optimizer was built on.

    `apply(gradients)` without variables means these. Without it such a step cannot be recorded by
    weight.
    """
    return list(optimizer._trainable_variables)


def clipped(optimizer: keras.optimizers.Optimizer, gradients: Sequence[Any]) -> list[Any]:
    """Return what Keras makes of gradients by `clipnorm`, `global_clipnorm` or `clipvalue`.

    Keras' own method: to the last bit what the step applies, sparse gradients' oddities included.
    Without it there is no `gradient_clip_ratio`.
    """
    return list(optimizer._clip_gradients(gradients))


def hides_logits(prediction: Any) -> bool:
    """Return whether Keras' TensorFlow backend reads logits behind a prediction, in a loss.

    Its softmax and sigmoid leave them on the tensor that they return. Without it a diagnosis cannot
    tell `from_logits=True` behind a softmax, which is harmless, from what is a fault.
    """
    return any(hasattr(part, "_keras_logits") for part in keras.tree.flatten(prediction))


JIT_COMPILE = "_jit_compile"
"""Where a model keeps its `jit_compile`; reading the property would settle "auto" for good.

Without it `fused` on a GPU cannot be undone to the letter.
"""


def is_within_xla() -> bool:
    """Return whether the code around is compiled by XLA, which lacks some operations.

    Without it a small LSTM on `fused` loops fails under `jit_compile=True`.
    """
    import tensorflow as tf  # not needed by what else is here, on other backends

    graph = tf.compat.v1.get_default_graph()
    while graph is not None:
        context = graph._get_control_flow_context()
        while context is not None:
            if context.IsXLAContext():
                return True
            context = context.outer_context
        graph = getattr(graph, "outer_graph", None)
    return False
