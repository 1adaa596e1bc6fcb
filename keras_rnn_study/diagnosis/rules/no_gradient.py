"""Weights that no gradient reaches."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.labels import columns
from keras_rnn_study.diagnosis.readout import leaving_one_out
from keras_rnn_study.diagnosis.rule import Symptom, rule

_READ, _FEWEST = 0.5, 32


@rule(
    statistic=(
        "Weights that the loss does not depend on; recurrent layers whose gradient is exactly 0 in "
        "every update; recurrent layers with trainable=False at their random start, and how much "
        "of the label a linear read-out of their last state explains, each sample left out."
    ),
    threshold=(
        "A recurrent layer, or a whole model: an error. A frozen layer counts only with biases "
        "that were never trained, as frozen layers that were trained elsewhere are meant so, and "
        "is a note where half of the label's variance can be read from it: a reservoir."
    ),
    why="What gets no gradient stays as it was drawn, so only the layers behind it can learn.",
    remedy=(
        "layer.trainable = True  # and compile again; look for tf.stop_gradient, argmax, round,\n"
        "# casts to int and numpy calls between the layer and the loss"
    ),
    lesson="2_vanishing",
    false_alarm="A reservoir that is read by more than one layer, or from all of its steps.",
    explains=(
        "vanishing_gradient",
        "short_memory",
        "learning_rate_too_low",
        "learns_label_mean",
        "input_ignored",
    ),
)
def no_gradient(examination: Examination) -> Symptom | None:
    """Does each layer get a gradient?"""
    if not examination.model.trainable_variables:
        title = "Nothing in the model is trainable."
        return Symptom(title, {"trainable_weights": 0})
    rehearsal = examination.rehearsal
    if rehearsal is not None and examination.is_finite:
        if rehearsal.disconnected:
            names = ", ".join(rehearsal.disconnected[:3])
            is_recurrent = any(_owner(n, examination) for n in rehearsal.disconnected)
            title = f"The loss does not depend on {len(rehearsal.disconnected)} weight(s): {names}."
            evidence = {"disconnected": len(rehearsal.disconnected)}
            severity: Severity = "error" if is_recurrent else "warning"
            return Symptom(title, evidence, severity)
        for name in examination.layers:
            norms = [n for w, n in rehearsal.gradient_norms.items() if w.startswith(f"{name}/")]
            if norms and not any(each.any() for each in norms):
                title = f"The gradient of every weight of {name!r} is exactly 0."
                return Symptom(title, {"updates": len(norms[0])}, layer=name)
    return _frozen(examination)


def _frozen(examination: Examination) -> Symptom | None:
    untouched = [
        name
        for name, layer in examination.layers.items()
        if not layer.trainable_variables and layer.weights and _is_at_its_start(layer)
    ]
    if not untouched:
        return None
    title = f"{untouched[0]!r} is frozen, and its weights are those that were drawn at random."
    evidence: dict[str, float] = {
        "frozen_layers": len(untouched),
        "recurrent_layers": len(examination.layers),
    }
    read = _readable(untouched[0], examination)
    if read is not None:
        evidence["readable"] = read
        title += f" A linear read-out of it explains {max(read, 0):.0%} of the label."
    return Symptom(title, evidence, "note" if (read or 0) > _READ else "error", layer=untouched[0])


def _readable(name: str, examination: Examination) -> float | None:
    """Return how much of the label the layer's last state tells; `None` where that is not known."""
    labels, layer = examination.few_labels, examination.trace.get(name)
    if labels is None or layer is None or layer.states["h"].ndim != 3:
        return None
    targets = columns(labels, examination.loss_kind.family)
    if targets is None or len(targets) < _FEWEST or not np.isfinite(targets).all():
        return None
    last = layer.states["h"][:, 0 if examination.runs_backwards(name) else -1]
    return leaving_one_out(last, targets) if np.isfinite(last).all() else None


def _is_at_its_start(layer: object) -> bool:
    """Return whether biases are 0, or 1 as Keras starts an LSTM's forget gate."""
    bias = getattr(getattr(layer, "cell", None), "bias", None)
    if bias is None:
        return False
    values = set(bias.numpy().ravel().tolist())
    return values <= {0.0, 1.0}


def _owner(weight: str, examination: Examination) -> str | None:
    return next((name for name in examination.layers if weight.startswith(f"{name}/")), None)
