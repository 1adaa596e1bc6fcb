"""Calling a user's model, also one that is to be built as `fit` would build it."""

import inspect
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import all_layers, kept_losses
from keras_rnn_study.tracing.batch import reason, shapes, to_batch
from keras_rnn_study.tracing.opening import CannotOpenError


def predict(model: keras.Model, x: Any, *, training: bool = False) -> Any:
    """Call the model on a batch, with what Keras says of it in our words.

    Whether a batch fits is for Keras to say: it takes any batch size, adds or drops a last axis of
    length 1, and where no `Input` was checked, any length.

    Args:
        model: Any `keras.Model`.
        x: One batch of inputs.
        training: Whether as in training, with dropout.

    Raises:
        ValueError: The model does not take `x`.
    """
    has_training = "training" in inspect.signature(model.call).parameters
    try:
        return model(x, training=training) if has_training else model(x)
    except CannotOpenError:
        raise
    except Exception as error:
        raise ValueError(_does_not_fit(model, x, error)) from error


def build(model: keras.Model, x: Any) -> bool:
    """Build a model that has no weights yet, as the first step of `fit` would.

    Nothing is computed, as within the training function: a graph is built, for batches of any
    size, and thrown away. A stateful layer is built for one batch size, which only `fit` knows.

    Args:
        model: Any `keras.Model`; one that is built is left alone.
        x: One batch of inputs.

    Returns:
        Whether the model is built now.

    Raises:
        ValueError: `x` is no batch, or the model does not take it.
    """
    if model.built:
        return True
    if any(getattr(layer, "stateful", False) for layer in all_layers(model)):
        return False

    def any_size(part: Any) -> Any:
        return part if part is None else tf.TensorSpec([None, *part.shape[1:]], part.dtype)

    specs = keras.tree.map_structure(any_size, to_batch(x, None, None).x)
    call = tf.function(lambda inputs: predict(model, inputs), autograph=False)
    with kept_losses(model):
        call.get_concrete_function(specs)
    return bool(model.built)


def _does_not_fit(model: keras.Model, x: Any, error: Exception) -> str:
    received = shapes(x)
    takes = " cannot be run on it"
    if inputs := getattr(model, "inputs", None):
        # Keras takes any batch size where no layer keeps states from batch to batch.
        stateful = any(getattr(layer, "stateful", False) for layer in all_layers(model))
        expected = [(spec.shape[0] if stateful else None, *spec.shape[1:]) for spec in inputs]
        takes = f" takes {expected[0] if len(expected) == 1 else expected}"
    pad = ""
    if any(isinstance(part, tf.RaggedTensor) for part in keras.tree.flatten(x)):
        pad = " Recurrent layers take no RaggedTensor: pad it with `x.to_tensor()`, and mask it."
    return (
        f"Received {'an input' if isinstance(received, tuple) else 'inputs'} of shape {received}, "
        f"but model {model.name!r}{takes}: {reason(error)}.{pad} "
        "Give it one batch as `model.evaluate` takes it."
    )
