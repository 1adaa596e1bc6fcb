"""Some real updates of a model, and all of it as it was before afterwards."""

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.diagnosis.optimizer_copy import copied_optimizer
from keras_rnn_study.diagnosis.samples import chosen, number_of
from keras_rnn_study.seams.keras_internals import kept_losses
from keras_rnn_study.tracing.batch import Batch
from keras_rnn_study.tracing.loss import batch_loss
from keras_rnn_study.tracing.model_call import predict


@contextlib.contextmanager
def taken_back(model: keras.Model) -> Iterator[None]:
    """Give all variables of a model what they held before, however the block ends.

    Those of seeds and of stateful layers are among them.
    """
    held = [(variable, variable.numpy()) for variable in model.variables]
    try:
        yield
    finally:
        for variable, value in held:
            variable.assign(value)


def update(model: keras.Model, whole: Batch, updates: int, batch_size: int) -> None:
    """Train a model by a copy of its optimizer, as `fit` would with shuffling.

    Keras' own training function is neither built nor called, and its metrics hear of nothing.

    Args:
        model: A compiled and built model; its variables change.
        whole: Samples; once all were seen they come in another order.
        updates: How many.
        batch_size: Samples in one; at most as many as there are.

    Raises:
        CannotCopyError: The optimizer cannot be copied.
    """
    weights = model.trainable_variables
    optimizer = copied_optimizer(model, weights)

    def step(rows: tf.Tensor) -> None:
        with tf.GradientTape() as tape, kept_losses(model):
            batch = chosen(whole, rows)
            prediction = predict(model, batch.x, training=True)
            loss = batch_loss(model, batch, prediction, None)
        gradients = tape.gradient(
            loss, [weight.value for weight in weights], unconnected_gradients="zero"
        )
        optimizer.apply(gradients, weights)

    # Built once: TensorFlow warns of functions that are made again and again.
    built = tf.function(step, autograph=False).get_concrete_function(
        tf.TensorSpec([batch_size], tf.int64)
    )
    for rows in _shuffled(number_of(whole), updates, batch_size):
        built(tf.constant(rows))


def _shuffled(count: int, updates: int, batch_size: int) -> np.ndarray:
    """Return which samples are in which batch: (updates, batch_size)."""
    rng = np.random.default_rng(0)
    per_pass = count // batch_size
    passes = [
        rng.permutation(count)[: per_pass * batch_size] for _ in range(-(-updates // per_pass))
    ]
    return np.concatenate(passes).reshape(-1, batch_size)[:updates]
