"""Forget gates that forget before the answer is due."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.remedies import memory_gate, spread_memory_times
from keras_rnn_study.diagnosis.rule import Symptom, rule

_GONE, _REACHED, _FOR_GOOD = 1e-4, 1e-3, 1e-5


@rule(
    statistic=(
        "What the forget gates (GRU: update gates) keep from the evidence to the end: their "
        "product, in the unit that keeps most, at the real values of the gates."
    ),
    threshold=(
        "Below 0.0001, where the gradient at the evidence is below 0.001 of its largest as well: "
        "then no other path bridges the gap. An error where that is below 0.00001, else a warning, "
        "as some such runs learned: see vanishing_gradient. A default LSTM keeps 0.73 per step, "
        "and 0.73^30 is 8e-5."
    ),
    why=(
        "The cell's memory is multiplied by the forget gate at each step. What is left of the "
        "evidence is too little to change the answer, and the gradient that would open the gate is "
        "multiplied by the same product."
    ),
    remedy=spread_memory_times("forget", "{distance}"),
    lesson="6_memory",
    false_alarm="Evidence that is repeated later on.",
    needs=("evidence",),
    explains=("vanishing_gradient", "input_ignored", "learns_label_mean", "learning_rate_too_low"),
)
def short_memory(examination: Examination) -> Symptom | None:
    """Do the gates keep what decides the answer?"""
    evidence, distances, reach = examination.evidence, examination.distances, examination.reach
    if evidence is None or distances is None or examination.learned:
        return None
    if examination.answers_every_step and not examination.is_evidence_given:
        return None
    if reach is not None and reach > _REACHED:
        return None
    best = None
    for name, layer in examination.trace.items():
        keeper = memory_gate(layer.gates)
        if keeper is None:
            return None  # another path, which keeps in another way
        gate = layer.gates[keeper]
        if gate.ndim != 3 or gate.shape[:2] != evidence.shape:
            return None  # likewise
        if examination.runs_backwards(name):
            return None
        if np.isnan(gate).all():
            continue
        kept = _kept(gate, evidence)
        if best is None or kept > best[1]:
            best = keeper, kept, float(np.nanmean(gate)), name
    distance = int(np.median(distances))
    if best is None or best[1] >= _GONE or distance < 2:
        return None
    keeper, kept, mean, name = best
    steps = float(-1 / np.log(np.clip(mean, 1e-6, 1 - 1e-6)))
    title = f"{name!r} keeps {kept:.0e} of what it saw {distance} steps before the end."
    return Symptom(
        title,
        {"kept": kept, "distance": distance, "mean_gate": mean, "memory_steps": steps},
        "error" if reach is None or reach < _FOR_GOOD else "warning",
        layer=name,
        remedy=spread_memory_times(keeper, distance + 1),
    )


def _kept(gate: np.ndarray, evidence: np.ndarray) -> float:
    """Return the median over samples of the product after the last evidence, of the best unit."""
    logs = np.log(np.clip(np.nan_to_num(gate.astype(np.float64), nan=1.0), 1e-300, 1))
    later = np.cumsum(evidence[:, ::-1], axis=1)[:, ::-1] == 0  # after the last evidence
    products = (logs * later[..., None]).sum(axis=1)  # (batch, units)
    return float(np.exp(np.median(products.max(axis=1))))
