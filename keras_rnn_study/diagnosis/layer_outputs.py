"""What each layer hands on, in the order of the calls."""

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import sublayers
from keras_rnn_study.seams.replaced import replaced


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """What one layer handed on.

    Attributes:
        layer: The layer.
        values: Array (batch, ...).
    """

    layer: keras.layers.Layer
    values: np.ndarray

    @property
    def units(self) -> np.ndarray:
        """Return one row per unit: its values at all steps of all samples."""
        return self.values.reshape(-1, self.values.shape[-1]).T.astype(np.float64)


@contextlib.contextmanager
def heard_outputs(model: keras.Model) -> Iterator[dict[str, tf.Tensor]]:
    """Yield what each layer hands on at its first call in this block, by the layer's name.

    The layers of nested models are heard one by one; what a layer holds itself, such as a cell, is
    not, as it may run within a loop, whose tensors are nobody else's.
    """
    heard: dict[str, tf.Tensor] = {}
    with contextlib.ExitStack() as stack:
        for name, layer in named_parts(model).items():
            stack.enter_context(replaced(layer, "call", _listening(name, layer.call, heard)))
        yield heard


def named_parts(model: keras.Model, path: str = "") -> dict[str, keras.layers.Layer]:
    """Return the layers of a model and of the models in it, by their path."""
    parts: dict[str, keras.layers.Layer] = {}
    for layer in sublayers(model):
        if isinstance(layer, keras.Model):
            parts |= named_parts(layer, f"{path}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            parts[path + layer.name] = layer
    return parts


def _listening(name: str, own: Any, heard: dict[str, tf.Tensor]) -> Any:
    graph = tf.compat.v1.get_default_graph()

    @functools.wraps(own)
    def call(*arguments: Any, **options: Any) -> Any:
        output = own(*arguments, **options)
        is_here = tf.is_tensor(output) and getattr(output, "graph", None) is graph
        if is_here and output.dtype.is_floating and output.shape.rank and name not in heard:
            heard[name] = output
        return output

    return call
