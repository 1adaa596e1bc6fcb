"""L: the scalar that a trace backpropagates, and the factor that float16 training gives it."""

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from keras_rnn_study.tracing.batch import Batch

Loss: TypeAlias = str | keras.losses.Loss | Callable[[Any, Any], tf.Tensor]
"""What `compile` takes as one loss."""


class NoLossError(ValueError):
    """Labels, and nothing that compares them with anything."""


def checked_loss(model: keras.Model, y: Any, loss: Loss | None) -> Callable[..., Any] | None:
    """Return the user's own loss as a function, after a look at whether there is any loss.

    Raises:
        ValueError: `loss` is none, or there are labels and the model was not compiled.
    """
    if loss is not None:
        try:
            function: Callable[..., Any] = keras.losses.get(loss)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"Received loss={loss!r}. Expected what `compile` takes as one loss: a name such "
                "as 'mse', a keras.losses.Loss, or a function of (y, y_pred)."
            ) from error
        return function
    if y is not None and not model.compiled:
        raise ValueError(
            "Received labels, but the model is not compiled, so that it has no loss. "
            "Call `model.compile(loss=...)` first, pass `loss=...`, or trace without `y`."
        )
    return None


def batch_loss(
    model: keras.Model, batch: Batch, prediction: Any, own: Callable[..., Any] | None
) -> tf.Tensor | None:
    """Return the loss of a batch, a scalar, as training takes it; `None` if it has none.

    One that leaves a number for each sample (`reduction="none"`) is added up, as the gradient of
    many numbers is that of their sum. Arguments and errors are those of `loss_values`.
    """
    values = loss_values(model, batch, prediction, own)
    return None if values is None else tf.reduce_sum(values)


def loss_values(
    model: keras.Model, batch: Batch, prediction: Any, own: Callable[..., Any] | None
) -> tf.Tensor | None:
    """Return what the loss makes of a batch, a scalar as a rule; `None` if it has none.

    Args:
        model: The model, just called on the batch.
        batch: The batch.
        prediction: What the model returned.
        own: A loss that takes the place of the model's.

    Raises:
        NoLossError: There are labels, and no loss that would compare them with anything.
    """
    if own is not None:
        return _own_loss(own, batch, prediction)
    if not model.compiled:
        return None
    has_own_rule = type(model).compute_loss is not keras.Model.compute_loss
    if model.loss is None and not has_own_rule and not model.losses:
        if batch.y is None:
            return None
        raise NoLossError(
            f"Received labels, but model {model.name!r} has no loss: `compile` was given none, and "
            "no layer adds one by `add_loss`. If its `train_step` computes one, pass the same as "
            "`loss`, a function of (y, y_pred); else call `model.compile(loss=...)`, or trace "
            "without `y`."
        )
    if batch.y is None and model.loss is not None:
        return None
    arguments = batch._asdict() | {"y_pred": prediction}
    if "training" in inspect.signature(model.compute_loss).parameters:
        arguments["training"] = False
    # Within a strategy Keras divides by the number of replicas, of which this is not one.
    return model.compute_loss(**arguments) * tf.distribute.get_strategy().num_replicas_in_sync


def loss_scale(model: keras.Model) -> float | None:
    """Return what float16 training multiplies the loss with now, so that gradients stay above zero.

    It moves as training goes on, so it is no part of a graph.
    """
    optimizer: Any = getattr(model, "optimizer", None)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or getattr(
        optimizer, "loss_scale_factor", None
    ):
        return float(optimizer.scale_loss(tf.ones(())))
    return None


def _own_loss(own: Callable[..., Any], batch: Batch, prediction: Any) -> tf.Tensor:
    if isinstance(own, keras.losses.Loss):
        return own(batch.y, prediction, batch.sample_weight)
    losses = tf.convert_to_tensor(own(batch.y, prediction))  # a scalar, or one per sample
    if batch.sample_weight is not None:
        losses *= tf.cast(batch.sample_weight, losses.dtype)
    return tf.reduce_mean(losses)
