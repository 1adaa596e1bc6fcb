"""The loss of a batch, for whoever cannot do without one."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.tracing.batch import Batch, reason, shapes
from keras_rnn_study.tracing.loss import NoLossError, batch_loss


def loss_of(
    model: keras.Model, batch: Batch, prediction: Any, own: Callable[..., Any] | None
) -> tf.Tensor:
    """Return `batch_loss`.

    Raises:
        ValueError: There is none, or it does not fit the labels.
    """
    try:
        value = batch_loss(model, batch, prediction, own)
    except NoLossError:
        raise
    except Exception as error:  # whatever a loss raises at labels that it was not made for
        raise ValueError(
            f"The loss cannot be computed from labels of shape {shapes(batch.y)}, which is the y "
            f"received, and an output of shape {shapes(prediction)}: {reason(error)}. Pass labels "
            "as `model.evaluate` takes them."
        ) from error
    if value is None:
        raise ValueError(
            "There is no loss to ask for. Compile the model with one and pass labels, or pass "
            "`loss`, a function of (y, y_pred)."
        )
    return value


@contextlib.contextmanager
def values_are_checked() -> Iterator[None]:
    """Tell in our words that a graph, run in this block, cannot take the values of its batch.

    Raises:
        ValueError: It cannot: what an array holds is seen only when the graph runs.
    """
    try:
        yield
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
        raise ValueError(
            f"The model or its loss cannot be computed on this batch: {reason(error)}. Expected "
            "values that they can take, such as token ids below the Embedding's `input_dim`, and "
            "labels that are numbers."
        ) from error
