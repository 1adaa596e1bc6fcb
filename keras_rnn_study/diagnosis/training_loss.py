"""The loss that a step of `fit` lowers."""

import inspect

import keras
import tensorflow as tf

from keras_rnn_study.tracing.batch import Batch
from keras_rnn_study.tracing.loss import batch_loss


def training_loss(model: keras.Model, batch: Batch) -> tf.Tensor | None:
    """Call a model on a batch as training does, with dropout, and return the batch's loss."""
    has_training = "training" in inspect.signature(model.call).parameters
    prediction = model(batch.x, training=True) if has_training else model(batch.x)
    return batch_loss(model, batch, prediction, None)
