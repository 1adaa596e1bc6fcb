"""What the model answers, what that costs, and what always giving one answer would cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.diagnosis.labels import Constant
from keras_rnn_study.diagnosis.layer_outputs import LayerOutput, heard_outputs, named_parts
from keras_rnn_study.seams.keras_internals import hides_logits, kept_losses
from keras_rnn_study.tracing.batch import Batch, reason
from keras_rnn_study.tracing.loss import NoLossError, batch_loss, loss_values
from keras_rnn_study.tracing.model_call import predict


@dataclass(frozen=True)
class Answered:
    """A model run on a batch in inference mode.

    Attributes:
        prediction: Tensors, as the model returns them.
        loss: float; `None` where there is none.
        guessing: float, the same loss of the best constant answer; `None` where it is not known.
        error: Why the loss cannot be computed, in Keras' words; `None`: it can.
        reads_logits: Whether the loss reads the logits behind a final softmax or sigmoid.
        outputs: What each layer hands on, by its name, in the order of the calls.
    """

    prediction: Any
    loss: float | None
    guessing: float | None
    error: str | None
    reads_logits: bool
    outputs: Mapping[str, LayerOutput] = field(default_factory=dict)


def answered(
    model: keras.Model, batch: Batch, constant: Constant | None = None, *, with_loss: bool = True
) -> Answered:
    """Run a model on a batch, and leave it as it was.

    Args:
        model: The model.
        batch: The batch.
        constant: What the labels say of the best constant answer. Its loss is the model's own, so
            that sums over the batch, weights and penalties are in both figures.
        with_loss: Whether there is a loss to compute.

    Raises:
        ValueError: The model cannot be run on the batch.
    """
    seen: dict[str, Any] = {"error": None, "logits": False}

    def forward() -> tuple[Any, tf.Tensor | None, tf.Tensor | None, dict[str, tf.Tensor]]:
        with kept_losses(model), keras.StatelessScope(collect_losses=True):
            with heard_outputs(model) as heard:
                prediction = predict(model, batch.x)
            seen["logits"] = hides_logits(prediction)
            if not with_loss:
                return prediction, None, None, heard
            try:
                loss = _scalar(loss_values(model, batch, prediction, None))
            except NoLossError:  # its `train_step` may have one that nobody else knows
                return prediction, None, None, heard
            except Exception as error:  # Keras raises whatever it stumbles over; a finding says so
                seen["error"] = reason(error)
                return prediction, None, None, heard
            guess = None if constant is None else constant.in_place_of(prediction)
            guessed = None if guess is None else batch_loss(model, batch, guess, None)
            return prediction, loss, guessed, heard

    try:
        run = tf.function(forward, autograph=False).get_concrete_function()
        prediction, loss, guessed, heard = run()
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
        if not with_loss:
            raise ValueError(f"The model cannot be run on this batch: {reason(error)}.") from error
        alone = answered(model, batch, with_loss=False)
        return Answered(
            alone.prediction, None, None, reason(error), alone.reads_logits, alone.outputs
        )
    parts = named_parts(model)
    return Answered(
        prediction,
        _float(loss),
        _float(guessed),
        seen["error"],
        bool(seen["logits"]),
        {name: LayerOutput(parts[name], values.numpy()) for name, values in heard.items()},
    )


def _scalar(loss: tf.Tensor | None) -> tf.Tensor | None:
    """Return a loss if it is one number.

    Raises:
        ValueError: It is several.
    """
    if loss is not None and loss.shape.rank:
        raise ValueError(
            f"it has the shape {tuple(loss.shape)} and should be one number: leave "
            "reduction='none' out"
        )
    return loss


def _float(value: tf.Tensor | None) -> float | None:
    return None if value is None else float(value)
