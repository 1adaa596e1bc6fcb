"""Units that are stuck at their ends."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule
from keras_rnn_study.tracing.result import LayerTrace

_STUCK = 0.8


@rule(
    statistic=(
        "Share of the candidate's values (for a SimpleRNN: of h) beyond 0.95, or of the output "
        "gate's below 0.1."
    ),
    threshold=(
        "Above 0.8 before the network has learned: an error. Input and forget gates are not "
        "counted: chrono initialisation saturates them, rightly."
    ),
    why=(
        "At the ends of tanh and sigmoid the derivative is near 0, so nearly no gradient gets "
        "through: the unit answers the same whatever comes in."
    ),
    remedy=(
        "keras.layers.{cell}(units)  # kernels of glorot_uniform and orthogonal, biases of Keras\n"
        "# if the inputs are large: keras.layers.Normalization() first"
    ),
    lesson="2_vanishing",
    false_alarm="A network that is to keep bits, with weights set by hand.",
    explains=(
        "vanishing_gradient",
        "short_memory",
        "learning_rate_too_low",
        "input_ignored",
        "learns_label_mean",
        "no_gradient",
    ),
)
def saturated_units(examination: Examination) -> Symptom | None:
    """Do units still react?"""
    if examination.learned or not examination.is_finite:
        return None
    for name, layer in examination.trace.items():
        for part, values, ends in _parts(layer):
            known = values[np.isfinite(values)]
            if not known.size:
                continue
            share = float((np.abs(known) > 0.95).mean() if ends == 2 else (known < 0.1).mean())
            if share > _STUCK:
                what = "at its ends" if ends == 2 else "closed"
                title = f"{share:.0%} of the values of {part} in {name!r} are {what}."
                return Symptom(title, {"share": share}, layer=name)
    return None


def _parts(layer: LayerTrace) -> list[tuple[str, np.ndarray, int]]:
    """Return (name, values, number of ends that count) of what must not be stuck."""
    gates, names = layer.gates, layer.activations
    found = []
    if names.get("candidate") == "tanh":
        found.append(("the candidate", gates["candidate"], 2))
    if names.get("output") == "sigmoid":
        found.append(("the output gate", gates["output"], 1))
    if names.get("h") == "tanh":
        found.append(("h", layer.states["h"], 2))
    return found
