"""Gather an examination: the only place where a diagnosis runs the model."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_rnn_study.diagnosis.answer import LossKind, activation_name, answer_layer, loss_kind
from keras_rnn_study.diagnosis.answering import answered
from keras_rnn_study.diagnosis.association import informative_steps
from keras_rnn_study.diagnosis.examination import Examination, Validation
from keras_rnn_study.diagnosis.labels import Constant, columns
from keras_rnn_study.diagnosis.rehearsal import CannotRehearseError, rehearse
from keras_rnn_study.diagnosis.rehearsed import Rehearsal
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.tracing.batch import Batch, to_batch
from keras_rnn_study.tracing.graph import trace

_FEW = 64
"""Samples that are traced and trained on: one batch."""


def examine(
    model: keras.Model,
    x: Any,
    y: Any,
    sample_weight: Any,
    evidence: npt.ArrayLike | None,
    validation_data: tuple[Any, ...] | None,
) -> Examination:
    """Look at a model and its data from all sides; the model is afterwards as it was.

    Raises:
        ValueError: See `diagnose`.
    """
    layers = recurrent_layers(model)
    whole = to_batch(x, y, sample_weight)
    few = _some_of(model, whole)
    unknown = _unknown(model, y, validation_data)
    inputs, labels = _arrays(whole.x), _one_array(whole.y)
    kind, weights = loss_kind(model), _one_array(whole.sample_weight)
    constant = None if labels is None else Constant(labels, weights, kind.family, kind.from_logits)
    answer = answered(model, few, constant, with_loss="loss" not in unknown)
    if answer.error is not None:
        unknown |= {"loss": "the loss cannot be computed", "updates": "there is no loss"}
    with_loss = "loss" not in unknown
    inside = trace(
        model,
        few.x,
        few.y if with_loss else None,
        few.sample_weight if with_loss else None,
        gradients=with_loss,
    )
    rehearsal = _rehearsal(model, few, unknown)
    shown, given = _evidence(evidence, whole, few, inputs, labels, kind), evidence is not None
    if shown is None:
        unknown["evidence"] = "no evidence was given, and no single step tells of the label"
    return Examination(
        model=model,
        inputs=inputs,
        labels=labels,
        weights=weights,
        evidence=shown,
        is_evidence_given=given,
        few_labels=_one_array(few.y),
        predictions=_one_array(answer.prediction),
        loss=answer.loss,
        loss_kind=kind,
        loss_error=answer.error,
        activation=activation_name(answer_layer(model)),
        loss_reads_logits=answer.reads_logits,
        guessing=answer.guessing,
        outputs=answer.outputs,
        trace=inside,
        rehearsal=rehearsal,
        validation=_validation(model, validation_data, unknown),
        trained_steps=_trained_steps(model),
        layers=layers,
        unknown=unknown,
    )


def _unknown(model: keras.Model, y: Any, validation_data: Any) -> dict[str, str]:
    unknown = {}
    if y is None:
        unknown["labels"] = "no labels"
    if not model.compiled:
        unknown |= {"loss": "the model is not compiled", "updates": "the model is not compiled"}
    elif y is None and model.loss is not None:
        unknown |= {"loss": "no labels", "updates": "no labels"}
    elif model.optimizer is None:
        unknown["updates"] = "the model has no optimizer"
    if validation_data is None:
        unknown["validation_data"] = "no validation data"
    return unknown


def _some_of(model: keras.Model, batch: Batch) -> Batch:
    """Return as many samples as are looked into, from all over the batch, as labels may be sorted.

    A model for one size of batches gets that size.
    """
    specs = getattr(model, "inputs", None)
    fixed = specs[0].shape[0] if specs else None
    count = int(keras.tree.flatten(batch.x)[0].shape[0])
    size = min(count, fixed or _FEW)
    chosen = np.linspace(0, count - 1, size).round().astype(int)

    def taken(part: Any) -> Any:
        return part if part is None or size == count else tf.gather(part, chosen)

    return Batch(*(keras.tree.map_structure(taken, part) for part in batch))


def _rehearsal(model: keras.Model, batch: Batch, unknown: dict[str, str]) -> Rehearsal | None:
    if "updates" in unknown:
        return None
    if not model.trainable_variables:
        unknown["updates"] = "the model has nothing to train"
        return None
    try:
        return rehearse(model, batch)
    except CannotRehearseError as error:
        unknown["updates"] = str(error)
        return None


def _evidence(
    given: npt.ArrayLike | None,
    whole: Batch,
    few: Batch,
    inputs: tuple[np.ndarray, ...],
    labels: np.ndarray | None,
    kind: LossKind,
) -> np.ndarray | None:
    """Return booleans (batch, time) of the samples that are looked into."""
    count = int(keras.tree.flatten(few.x)[0].shape[0])
    if given is not None:
        shown = np.asarray(given, bool)
        if shown.ndim != 2 or len(shown) != len(inputs[0]):
            raise ValueError(
                f"Received evidence of shape {shown.shape} for {len(inputs[0])} samples. Expected "
                "booleans (samples, time), True at the steps that decide the answer, such as "
                "recall.evidence(x)."
            )
        return shown[np.linspace(0, len(shown) - 1, count).round().astype(int)]
    if labels is None or len(inputs) != 1 or inputs[0].dtype.kind not in "iubf":
        return None
    targets = columns(labels, kind.family)
    if targets is None or not np.isfinite(targets).all() or not np.isfinite(inputs[0]).all():
        return None
    steps = informative_steps(inputs[0], targets)
    return None if steps is None else np.tile(steps, (count, 1))


def _validation(
    model: keras.Model, data: tuple[Any, ...] | None, unknown: dict[str, str]
) -> Validation | None:
    if data is None or "loss" in unknown:
        return None
    batch = _some_of(model, to_batch(*data, *[None] * (3 - len(data))))
    loss = answered(model, batch).loss
    if loss is None:
        unknown["validation_data"] = "the loss of the validation data cannot be computed"
        return None
    return Validation(_arrays(to_batch(data[0], None, None).x), loss)


def _arrays(data: Any) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(part) for part in keras.tree.flatten(data) if part is not None)


def _one_array(data: Any) -> np.ndarray | None:
    arrays = () if data is None else _arrays(data)
    return arrays[0] if len(arrays) == 1 else None


def _trained_steps(model: keras.Model) -> int:
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(optimizer.iterations.numpy())
