"""Labels, output and loss that do not belong together."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_FLOAT = 1e-4
_Look: TypeAlias = Callable[[Examination, np.ndarray, np.ndarray], Symptom | None]


@rule(
    statistic=(
        "Whether the loss can be computed; shapes, values and number of classes of labels and "
        "predictions; the last activation, and whether the loss was told to expect logits."
    ),
    threshold=(
        "Any contradiction. Softmax right before a loss with from_logits=True is none: Keras finds "
        "the logits behind it, unless a layer such as Reshape stands between."
    ),
    why=(
        "The loss then measures something else than was meant. It may even fall: Keras' TensorFlow "
        "backend reads the logits behind a final softmax, so look at predictions, too."
    ),
    remedy=(
        "# classes as numbers 0 ... n-1, output Dense(n, activation='softmax'):\n"
        'model.compile(optimizer, "sparse_categorical_crossentropy")\n'
        "# two classes: Dense(1, activation='sigmoid') and 'binary_crossentropy'"
    ),
    lesson="7_your_model",
    false_alarm="A loss of one's own that is meant to be so.",
    explains=(
        "initial_loss_too_high",
        "input_ignored",
        "learns_label_mean",
        "no_gradient",
        "learning_rate_too_high",
        "learning_rate_too_low",
        "vanishing_gradient",
        "not_a_number",
        "one_class",
    ),
)
def labels_do_not_fit_loss(examination: Examination) -> Symptom | None:
    """Do labels, output and loss belong together?"""
    labels, output = examination.labels, examination.predictions
    looks: tuple[_Look, ...] = (_single_softmax, _classes, _logits, _binary, _range, _broadcast)
    if examination.loss_error is not None:
        looks = (_classes,) if examination.loss_kind.family == "sparse" else ()
    seen = None
    if labels is not None and output is not None and _are_numbers(labels, output):
        seen = next((found for look in looks if (found := look(examination, labels, output))), None)
    if seen is None and examination.loss_error is not None:
        shapes = {"labels": _shape(labels), "output": _shape(output)}
        return Symptom(f"The loss cannot be computed: {examination.loss_error}.", shapes)
    return seen


def _are_numbers(*arrays: np.ndarray) -> bool:
    return all(array.dtype.kind in "iubf" and np.isfinite(array).all() for array in arrays)


def _single_softmax(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    if output.shape[-1] != 1:
        return None
    if e.activation == "softmax":
        title = "A softmax over one unit: every prediction is 1, whatever the input."
        why = (
            "The share of one unit among itself is 1. The loss falls all the same, as Keras' "
            "TensorFlow backend reads the logits behind the softmax; the predictions never move."
        )
        remedy = "keras.layers.Dense(1, activation='sigmoid')"
        return Symptom(title, {"units": 1, "prediction": 1.0}, why=why, remedy=remedy)
    if e.loss_kind.family in ("categorical", "sparse"):
        title = f"{e.loss_kind.name} of one unit, which is 0 whatever the answer."
        return Symptom(title, {"units": 1})
    return None


def _classes(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    family, units = e.loss_kind.family, output.shape[-1]
    if family == "sparse":
        labels = labels[labels != e.loss_kind.ignored]
        if not labels.size:
            return None
        low, high = float(labels.min()), float(labels.max())
        if low < 0 or high >= units:
            title = f"Labels go from {low:g} to {high:g}, but the output has {units} classes."
            return Symptom(title, {"lowest": low, "highest": high, "classes": units})
        if not np.equal(labels, np.round(labels)).all():
            return Symptom("Labels are no whole numbers, and the loss takes classes.", {})
    if family == "categorical":
        sums = labels.sum(axis=-1)
        off = float((np.abs(sums - 1) > _FLOAT).mean())
        if off > 0:
            title = f"{off:.0%} of the labels do not sum to 1, as one-hot labels do."
            return Symptom(title, {"share": off})
    return None


def _logits(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    if not e.loss_kind.is_crossentropy or e.loss_reads_logits:
        return None
    inside = (output >= -_FLOAT).all() and (output <= 1 + _FLOAT).all()
    sums = np.abs(output.sum(axis=-1) - 1).max() < 1e-3
    is_shares = bool(inside and (sums or e.loss_kind.family == "binary"))
    evidence = {"smallest": float(output.min()), "largest": float(output.max())}
    if e.loss_kind.from_logits:
        known = e.activation in ("softmax", "sigmoid")
        if not (is_shares and (known or (sums and output.shape[-1] > 1))):
            return None
        title = "from_logits=True, but the output is probabilities already: softmax upon softmax."
        return Symptom(title, evidence, remedy="loss = type(model.loss)(from_logits=False)")
    if e.activation in ("linear", "tanh", "relu") or not is_shares:
        title = (
            f"The loss takes probabilities, and the output is {e.activation or 'something else'}"
        )
        title += f", from {evidence['smallest']:.2g} to {evidence['largest']:.2g}."
        remedy = f"# the output as it is:\nloss = keras.losses.{_camel(e)}(from_logits=True)"
        return Symptom(title, evidence, remedy=remedy)
    return None


def _binary(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    if e.loss_kind.family != "binary":
        return None
    low, high = float(labels.min()), float(labels.max())
    if low < -_FLOAT or high > 1 + _FLOAT:
        title = (
            f"binary_crossentropy takes labels from 0 to 1, and these go from {low:g} to {high:g}."
        )
        remedy = "y = (y > 0).astype('float32')  # or sparse_categorical_crossentropy for classes"
        return Symptom(title, {"lowest": low, "highest": high}, remedy=remedy)
    return None


def _range(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    """Labels that the last activation cannot reach."""
    ends = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf)}
    if e.loss_kind.family not in ("squared", "absolute") or e.activation not in ends:
        return None
    low, high = ends[e.activation]
    beyond = float(((labels < low - 0.01) | (labels > high + 0.01)).mean())
    if beyond < 0.02:
        return None
    title = f"{beyond:.0%} of the labels are beyond what {e.activation} can answer"
    evidence = {"share": beyond, "lowest": float(labels.min()), "highest": float(labels.max())}
    remedy = "keras.layers.Dense(units)  # without activation; or scale the labels"
    return Symptom(f"{title}, {low:g} to {high:g}.", evidence, remedy=remedy)


def _broadcast(e: Examination, labels: np.ndarray, output: np.ndarray) -> Symptom | None:
    """Shapes that are stretched to fit: (n,) against (n, 1), or one label for every step."""
    if e.loss_kind.family == "sparse" or e.few_labels is None:
        return None
    ours, theirs = e.few_labels.shape, output.shape
    if e.loss_kind.is_keras_own:  # which drops or adds a last axis of 1
        ours, theirs = _squeezed(ours, theirs)
    if ours == theirs or e.loss_kind.name == "":
        return None
    try:
        common = np.broadcast_shapes(ours, theirs)
    except ValueError:
        return None
    evidence = {"labels": str(e.few_labels.shape), "output": str(output.shape)}
    title = f"Labels {e.few_labels.shape} and output {output.shape} are stretched to {common}."
    own_shape = ours if len(ours) < len(theirs) else theirs
    if not e.loss_kind.is_keras_own and len(own_shape) == len(common):
        return None
    severity: Severity = "warning" if e.loss_kind.is_keras_own else "error"
    remedy = "y = y.reshape(-1, 1)  # or a layer that returns its last output only"
    return Symptom(title, evidence, severity, remedy=remedy)


def _squeezed(
    labels: tuple[int, ...], output: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if len(labels) == len(output) + 1 and labels[-1] == 1:
        return labels[:-1], output
    if len(output) == len(labels) + 1 and output[-1] == 1:
        return labels, output[:-1]
    return labels, output


def _camel(e: Examination) -> str:
    return e.loss_kind.name.title().replace("_", "")


def _shape(array: np.ndarray | None) -> str:
    return "several" if array is None else str(array.shape)
