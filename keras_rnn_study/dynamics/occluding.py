"""Which inputs the answer depends on, without a derivative: what happens when one is taken away."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_rnn_study.arguments import shown
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.dynamics.needed_loss import loss_of, values_are_checked
from keras_rnn_study.seams.keras_internals import kept_losses
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.tracing.batch import Batch, shapes, to_batch
from keras_rnn_study.tracing.loss import Loss, checked_loss
from keras_rnn_study.tracing.model_call import predict
from keras_rnn_study.tracing.trace_function import frozen


def occlusion(
    model: keras.Model,
    x: npt.ArrayLike,
    y: Any,
    *,
    baseline: npt.ArrayLike = 0,
    loss: Loss | None = None,
) -> np.ndarray:
    """Find how the loss changes when one time step's input is taken away.

    No derivative: each step is replaced and the model run again, once for each step of the batch.
    What is saturated has no gradient, and yet may matter; this sees it.

    Args:
        model: A built `keras.Model` of one input.
        x: (batch, time, features), or token ids (batch, time).
        y: Labels as `model.evaluate` takes them.
        baseline: What stands there instead: a number, one for each feature, or a token id.
        loss: As `trace` takes it; default: the compiled loss.

    Returns:
        float64 array (batch, time): L with that sample's step replaced, minus L. It carries the
        mean over the batch, as all gradients do; times the batch's size it is the sample's own.

    Raises:
        ValueError: The model cannot be run on `x`, there is no loss, or `baseline` does not fit.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4), keras.layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> dynamics.occlusion(model, np.ones((2, 5, 3)), np.ones((2, 1))).shape
    (2, 5)
    """
    needs_tensorflow("dynamics")
    recurrent_layers(model)  # which says so if this is no built model that has one
    own = checked_loss(model, y, loss)
    batch = to_batch(x, y, None)
    if not isinstance(batch.x, tf.Tensor) or batch.x.dtype == tf.string or batch.x.shape.rank < 2:
        raise ValueError(
            f"Received inputs of shape {shapes(batch.x)}; occlusion takes one array of numbers, "
            "(batch, time, features), or token ids, (batch, time)."
        )
    with values_are_checked():
        loss_of(model, batch, predict(model, batch.x), own)  # which says so if there is none
    instead = _fitting(baseline, batch.x)
    losses = tf.function(_losses_of(model, batch, own), autograph=False)
    size, time = batch.x.shape[:2]
    columns = []
    with values_are_checked():
        whole = np.float64(losses(batch.x))
        for t in range(time):
            taken = tf.concat([batch.x[:, :t], instead, batch.x[:, t + 1 :]], axis=1)
            columns.append((np.float64(losses(taken)) - whole) / size)
    return np.stack(columns, axis=1)


def _losses_of(
    model: keras.Model, batch: Batch, own: Callable[..., Any] | None
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function of inputs: each sample's loss by itself, (batch,)."""

    def losses(x: tf.Tensor) -> tf.Tensor:
        with kept_losses(model), frozen(model):
            predictions = predict(model, x)

            def one(i: tf.Tensor) -> tf.Tensor:
                y, prediction = keras.tree.map_structure(
                    lambda part: None if part is None else part[i : i + 1], (batch.y, predictions)
                )
                value = loss_of(model, Batch(x[i : i + 1], y, None), prediction, own)
                return tf.cast(value, tf.float64)

            return tf.map_fn(one, tf.range(len(batch.x)), fn_output_signature=tf.float64)

    return losses


def _fitting(baseline: npt.ArrayLike, x: tf.Tensor) -> tf.Tensor:
    """Return the baseline as one step of every sample: (batch, 1, ...)."""
    expected = "a token id" if x.dtype.is_integer else "a number, or one for each feature"
    try:
        given = tf.convert_to_tensor(baseline)
        instead = tf.cast(given, x.dtype)
        if x.dtype.is_integer and not np.array_equal(instead, given):
            raise ValueError("a part of a token")
        return tf.broadcast_to(instead, [len(x), 1, *x.shape[2:]])
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise ValueError(
            f"Received baseline={shown(baseline)} for inputs of shape {tuple(x.shape)}; expected "
            f"{expected}."
        ) from error
