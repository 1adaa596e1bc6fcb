"""Units that never answer."""

import numpy as np

from keras_rnn_study.diagnosis.answer import activation_name
from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_MOST, _MANY = 0.8, 0.4
_ALWAYS_ANSWER = ("tanh", "sigmoid")
_MAY_DIE = ("relu", "relu6")


@rule(
    statistic=(
        "Share of a layer's units that are 0 at all steps of all samples: of a recurrent layer's "
        "states, and of what layers with a ReLU hand on."
    ),
    threshold=(
        "Above 0.8: an error. An IRNN of 2 positive inputs has a quarter of dead units by chance, "
        "so less is a note."
    ),
    why=(
        "A ReLU that is below 0 for every sample has no derivative there, so nothing will ever "
        "lift it again."
    ),
    remedy=(
        'keras.layers.{cell}(units, activation="tanh")\n'
        "# or a smaller learning rate, and biases above 0"
    ),
    lesson="3_exploding",
    false_alarm="All samples of the batch have empty or masked sequences.",
    explains=(
        "no_gradient",
        "vanishing_gradient",
        "input_ignored",
        "learning_rate_too_low",
        "learns_label_mean",
    ),
)
def dead_units(examination: Examination) -> Symptom | None:
    """Does each unit ever answer?"""
    if not examination.is_finite:
        return None
    found = [*_recurrent(examination), *_others(examination)]
    for name, dead in found:
        share = float(dead.mean())
        if share < _MANY:
            continue
        title = f"{dead.sum()} of {len(dead)} units of {name!r} are 0 at every step."
        evidence = {"dead": int(dead.sum()), "units": len(dead)}
        return Symptom(title, evidence, "error" if share > _MOST else "note", layer=name)
    return None


def _recurrent(examination: Examination) -> list[tuple[str, np.ndarray]]:
    """Return which units are dead, of each recurrent layer whose units can be."""
    found = []
    for name, layer in examination.trace.items():
        kinds = layer.activations
        if kinds.get("h", kinds.get("candidate")) not in _ALWAYS_ANSWER:  # unless nothing comes in
            found.append((name, (layer.states["h"] == 0).all(axis=(0, 1)).ravel()))
    return found


def _others(examination: Examination) -> list[tuple[str, np.ndarray]]:
    return [
        (name, (output.units == 0).all(axis=1))
        for name, output in examination.outputs.items()
        if activation_name(output.layer) in _MAY_DIE and output.values.ndim > 1
    ]
