"""Cells that keep all and let everything in."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_KEEPS, _OPEN, _FEW = 0.95, 0.3, 0.05


@rule(
    statistic="Means of the forget and the input gate, and the share of steps that are evidence.",
    threshold=(
        "Forget above 0.95, input above 0.3, a distance of 30 steps or more, evidence in less than "
        "5 % of the steps: a warning. Measured on the recall task at a gap of 100: with the input "
        "gate closed 15 of 15 runs learned, with it at 0.5 only 7 of 15."
    ),
    why=(
        "A cell that forgets nothing and lets half of every input in adds all steps up: the "
        "evidence is one term of a long sum (the internal state drift of 1997)."
    ),
    remedy=(
        "bias = layer.cell.bias.numpy()\n"
        "bias[: layer.units] = -bias[layer.units : 2 * layer.units]  # close the input gate\n"
        "layer.cell.bias.assign(bias)"
    ),
    lesson="6_memory",
    false_alarm="A task that is to add all steps up, such as counting.",
    needs=("evidence",),
    explains=("learns_label_mean",),
)
def state_drift(examination: Examination) -> Symptom | None:
    """Is the input gate closed where the forget gate keeps all?"""
    evidence, distances = examination.evidence, examination.distances
    if evidence is None or distances is None or examination.learned:
        return None
    share, distance = float(evidence.mean()), int(np.median(distances))
    if share >= _FEW or distance < 30:
        return None
    for name, layer in examination.trace.items():
        if "forget" not in layer.gates:
            continue
        forget, let_in = (float(np.nanmean(layer.gates[gate])) for gate in ("forget", "input"))
        if forget > _KEEPS and let_in > _OPEN:
            title = f"{name!r} forgets {1 - forget:.1%} per step and lets {let_in:.0%} in."
            numbers = {"forget": forget, "input": let_in, "distance": distance}
            return Symptom(title, numbers, "warning", layer=name)
    return None
