"""A large gradient that is a sum of many steps."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_LARGE = 10.0


@rule(
    statistic="Norm of the whole gradient, and how much it grows on its way back through time.",
    threshold="Above 10 without growth above tenfold: a note.",
    why=(
        "The gradient of a shared weight is a sum over time steps. Many equal terms make a large "
        "number without any explosion: an IRNN's on adding is 51 contributions of one size."
    ),
    remedy="keras.optimizers.Adam(1e-3)  # does not care; for SGD divide the rate by the length",
    lesson="3_exploding",
    false_alarm="None: it is no alarm.",
    needs=("updates",),
)
def gradient_sum(examination: Examination) -> Symptom | None:
    """Is a large gradient a sum?"""
    rehearsal = examination.rehearsal
    if rehearsal is None or not np.isfinite(rehearsal.norms[0]) or rehearsal.norms[0] <= _LARGE:
        return None
    growths = [
        by_update[0].max() / max(by_update[0].min(), 1e-30)
        for by_update in rehearsal.input_norms.values()
        if np.isfinite(by_update[0]).all()
    ]
    if not growths or max(growths) > 10:
        return None
    norm = float(rehearsal.norms[0])
    title = f"The gradient's norm is {norm:.3g}, a sum of steps that are about equal."
    return Symptom(title, {"gradient_norm": norm, "growth": float(max(growths))}, "note")
