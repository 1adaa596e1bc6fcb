"""The loss of a batch, for whoever cannot do without one."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.tracing.batch import Batch
from keras_rnn_study.tracing.loss import batch_loss


def loss_of(
    model: keras.Model, batch: Batch, prediction: Any, own: Callable[..., Any] | None
) -> tf.Tensor:
    """Return `batch_loss`.

    Raises:
        ValueError: There is none.
    """
    value = batch_loss(model, batch, prediction, own)
    if value is None:
        raise ValueError(
            "There is no loss to ask for. Compile the model with one and pass labels, or pass "
            "`loss`, a function of (y, y_pred)."
        )
    return value
