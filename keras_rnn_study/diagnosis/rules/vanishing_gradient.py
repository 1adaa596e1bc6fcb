"""A gradient that is gone before it reaches the evidence."""

import numpy as np

from keras_rnn_study import measures
from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.remedies import memory_gate, spread_memory_times
from keras_rnn_study.diagnosis.rule import Symptom, rule

_GONE, _FOR_GOOD, _LOST = 3e-4, 1e-5, 3e-3


@rule(
    statistic=(
        "Norm of the total gradient at the evidence over its largest at any step: the median over "
        "samples, in the layer and the state that it reaches best; and the norm of the gradient of "
        "the last recurrent layer's kernels over that of the last layer's, over a few updates."
    ),
    threshold=(
        "Before the network has learned: below 0.0003 at the evidence a warning, below 0.00001 an "
        "error. Of the runs of studies/gaps.yaml 10 of 20 learned between 0.03 and 0.0003, 3 of 10 "
        "down to 0.00001, and 1 of 45 below. Below 0.003 on the way down to the recurrent layer: "
        "an error, as what learns has more than 0.2. A short horizon alone is a note: it is no "
        "fault where the evidence is near the end."
    ),
    why=(
        "Each step back multiplies the gradient by the recurrent Jacobian and the activation's "
        "slope. What is left at the evidence is drowned by what the last steps say."
    ),
    remedy=(
        "keras.layers.LSTM(units)  # or GRU: gates can keep the way back open; start them as\n"
        "# short_memory says"
    ),
    lesson="2_vanishing",
    false_alarm="Evidence that is repeated near the end, or was marked where it is not needed.",
    needs=("loss",),
    explains=(
        "learns_label_mean",
        "input_ignored",
    ),
)
def vanishing_gradient(examination: Examination) -> Symptom | None:
    """Does the gradient reach what decides the answer?"""
    if examination.learned or not examination.is_finite:
        return None
    if (lost := _lost_on_the_way_down(examination)) is not None:
        return lost
    if examination.answers_every_step and not examination.is_evidence_given:
        return None
    reach, distances = examination.reach, examination.distances
    if reach is None or distances is None:
        return _short_horizon(examination)
    distance = int(np.median(distances))
    if reach >= _GONE or distance < 2:
        return None
    title = f"Of the gradient {reach:.0e} is left at the evidence, {distance} steps back."
    name = next(iter(examination.trace))
    numbers = {"reach": reach, "distance": distance}
    severity: Severity = "error" if reach < _FOR_GOOD else "warning"
    gate = memory_gate(examination.trace[name].gates)
    return Symptom(
        title,
        numbers,
        severity,
        layer=name,
        time_step=_first(examination),
        remedy=None if gate is None else spread_memory_times(gate, distance + 1),
    )


def _lost_on_the_way_down(examination: Examination) -> Symptom | None:
    """Say where little of the gradient arrives at the recurrent layer, whatever time does then."""
    if examination.rehearsal is None:
        return None
    kernels = {n: g for n, g in examination.rehearsal.gradient_norms.items() if "kernel" in n}
    owners = {n: o for n in kernels for o in examination.layers if n.startswith(f"{o}/")}
    others = [n for n in kernels if n not in owners]
    if not owners or not others:
        return None
    name = list(owners.values())[-1]
    arrives = np.linalg.norm([kernels[n] for n, owner in owners.items() if owner == name], axis=0)
    share = float(np.median(arrives) / max(np.median(kernels[others[-1]]), 1e-300))
    if not 0 < share < _LOST:
        return None
    last = others[-1].rpartition("/")[0]
    title = f"Of the gradient of {last!r}, {share:.0e} arrives at {name!r}: layers between lose it."
    remedy = (
        "# between the recurrent layer and the answer: fewer layers, and none that squashes\n"
        'keras.layers.Dense(units, activation="relu")'
    )
    return Symptom(title, {"share": share}, layer=name, remedy=remedy)


def _first(examination: Examination) -> int:
    assert examination.evidence is not None
    return int(np.argmax(examination.evidence.any(axis=0)))


def _short_horizon(examination: Examination) -> Symptom | None:
    """Say how far the gradient reaches where nobody knows how far it has to."""
    horizons = []
    for name in examination.trace:
        for norms in examination.gradient_norms(name).values():
            kept = norms[np.isfinite(norms)]
            if len(kept) == len(norms):
                horizons.append((measures.horizon(kept[::-1]), name, len(norms)))
    if not horizons or examination.answers_every_step:
        return None
    horizon, name, time = max(horizons)
    if not horizon < time / 2:
        return None
    title = f"The gradient reaches {horizon:g} of {time} steps back."
    why = (
        "That is no fault if what decides the answer is nearer to the end. Nobody said where it "
        "is, and no single step tells of the label by itself."
    )
    remedy = "diagnose(model, x, y, evidence=evidence)  # booleans (samples, time)"
    numbers = {"horizon": float(horizon), "time_steps": time}
    return Symptom(title, numbers, "note", layer=name, why=why, remedy=remedy)
