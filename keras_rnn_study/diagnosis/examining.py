"""Gather an examination: the only place where a diagnosis runs the model."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from keras_rnn_study.arguments import checked_evidence
from keras_rnn_study.diagnosis.answer import LossKind, activation_name, answer_layer, loss_kind
from keras_rnn_study.diagnosis.answering import Answered, answered
from keras_rnn_study.diagnosis.evidence import check_steps, measured_evidence
from keras_rnn_study.diagnosis.examination import Examination, Validation
from keras_rnn_study.diagnosis.labels import Constant
from keras_rnn_study.diagnosis.optimizer_copy import CannotCopyError
from keras_rnn_study.diagnosis.rehearsal import rehearse
from keras_rnn_study.diagnosis.rehearsed import Rehearsal
from keras_rnn_study.diagnosis.samples import chosen, number_of, spread
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.tracing.batch import Batch, to_batch
from keras_rnn_study.tracing.graph import trace
from keras_rnn_study.tracing.result import Trace

Unknown = dict[str, str]
"""What is not known -> why; see `examination.NEEDS`."""

_FEW = 64
"""Samples that are traced and trained on: one batch."""

_NO_LOSS = "there is no loss"


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
    given = None if evidence is None else checked_evidence(evidence, number_of(whole))
    few, kind = _few_of(model, whole), loss_kind(model)
    inputs, labels, weights = _arrays(whole.x), _one_array(whole.y), _one_array(whole.sample_weight)
    constant = _constant(labels, weights, kind)
    answer, unknown = _answer(model, few, constant, _unknown(model, y, validation_data))
    inside = _inside(model, few, "loss" not in unknown)
    shown = _evidence(given, inside, inputs, labels, kind, number_of(few))
    if shown is None:
        unknown["evidence"] = "no evidence was given, and no single step tells of the label"
    rehearsal, unknown = _rehearsal(model, few, unknown)
    validation, unknown = _validation(model, validation_data, unknown)
    return Examination(
        model=model,
        inputs=inputs,
        labels=labels,
        weights=weights,
        evidence=shown,
        is_evidence_given=given is not None,
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
        validation=validation,
        trained_steps=_trained_steps(model),
        layers=layers,
        unknown=unknown,
    )


def _unknown(model: keras.Model, y: Any, validation_data: Any) -> Unknown:
    """Return what cannot be known of such a model and such data, before either is run."""
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


def _few_of(model: keras.Model, batch: Batch) -> Batch:
    """Return as many samples as are looked into; of a model for one size of batches, that many."""
    specs = getattr(model, "inputs", None)
    fixed = specs[0].shape[0] if specs else None
    rows = spread(number_of(batch), fixed or _FEW)
    return batch if len(rows) == number_of(batch) else chosen(batch, rows)


def _constant(
    labels: np.ndarray | None, weights: np.ndarray | None, kind: LossKind
) -> Constant | None:
    if labels is None or labels.dtype.kind not in "iubf":
        return None
    return Constant(labels, weights, kind.family, kind.from_logits)


def _answer(
    model: keras.Model, few: Batch, constant: Constant | None, unknown: Unknown
) -> tuple[Answered, Unknown]:
    """Return what the model answers, and what is not known if its loss cannot be computed."""
    answer = answered(model, few, constant, with_loss="loss" not in unknown)
    if answer.error is not None:
        return answer, unknown | {"loss": "the loss cannot be computed", "updates": _NO_LOSS}
    if answer.loss is None and "loss" not in unknown:
        return answer, unknown | {"loss": _NO_LOSS, "updates": _NO_LOSS}
    return answer, unknown


def _inside(model: keras.Model, few: Batch, with_loss: bool) -> Trace:
    batch = few if with_loss else Batch(few.x, None, None)
    return trace(model, *batch, gradients=with_loss)


def _evidence(
    given: np.ndarray | None,
    inside: Trace,
    inputs: tuple[np.ndarray, ...],
    labels: np.ndarray | None,
    kind: LossKind,
    count: int,
) -> np.ndarray | None:
    """Return booleans (batch, time) of the `count` samples that are looked into."""
    if given is None:
        steps = measured_evidence(inputs, labels, kind.family)
        return None if steps is None else np.tile(steps, (count, 1))
    arrays = [*inputs, *(next(iter(layer.states.values())) for layer in inside.values())]
    check_steps(given, [array.shape[1] for array in arrays if array.ndim > 1])
    return given[spread(len(given), count)]


def _rehearsal(
    model: keras.Model, batch: Batch, unknown: Unknown
) -> tuple[Rehearsal | None, Unknown]:
    """Return what a few updates come to; else why there are none."""
    if "updates" in unknown:
        return None, unknown
    if not model.trainable_variables:
        return None, unknown | {"updates": "the model has nothing to train"}
    try:
        return rehearse(model, batch), unknown
    except CannotCopyError as error:
        return None, unknown | {"updates": str(error)}


def _validation(
    model: keras.Model, data: tuple[Any, ...] | None, unknown: Unknown
) -> tuple[Validation | None, Unknown]:
    """Return held-out data and their loss; else why that is not known."""
    if data is None or "loss" in unknown:
        return None, unknown
    whole = to_batch(*data, *[None] * (3 - len(data)))
    loss = answered(model, _few_of(model, whole)).loss
    if loss is None:
        why = "the loss of the validation data cannot be computed"
        return None, unknown | {"validation_data": why}
    return Validation(_arrays(whole.x), loss), unknown


def _arrays(data: Any) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(part) for part in keras.tree.flatten(data) if part is not None)


def _one_array(data: Any) -> np.ndarray | None:
    arrays = () if data is None else _arrays(data)
    return arrays[0] if len(arrays) == 1 else None


def _trained_steps(model: keras.Model) -> int:
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(optimizer.iterations.numpy())
