"""Units that all do the same."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Share of a layer's units whose states are those of another unit, at all steps.",
    threshold="Half of them, to six digits: an error. Random weights are never so alike.",
    why=(
        "Units with equal weights get equal gradients, so that they stay equal: the layer has one "
        "unit's worth of memory, however many it has."
    ),
    remedy=("# Keras' own start: glorot_uniform and orthogonal kernels\nkeras.layers.LSTM(units)"),
    lesson="1_chain",
    false_alarm="A layer whose kernels were set so by hand, as an identity of blocks.",
    explains=("vanishing_gradient", "exploding_gradient", "saturated_units", "learns_label_mean"),
)
def identical_units(examination: Examination) -> Symptom | None:
    """Do units differ from each other?"""
    if not examination.is_finite:
        return None
    for name, layer in examination.trace.items():
        states = layer.states["h"]
        if states.ndim != 3 or states.shape[-1] < 4 or not np.isfinite(states).all():
            continue
        units = states.reshape(-1, states.shape[-1]).T.astype(np.float64)  # (units, values)
        moving = units[units.std(axis=1) > 0]
        if len(moving) < 2:
            continue
        rounded = {tuple(np.round(unit / np.abs(moving).max(), 6)) for unit in moving[:, :256]}
        share = 1 - (len(rounded) - 1) / max(len(moving) - 1, 1)
        if share >= 0.5:
            title = f"{len(moving)} units of {name!r} have only {len(rounded)} different state(s)."
            evidence = {"units": len(moving), "different": len(rounded)}
            return Symptom(title, evidence, layer=name)
    return None
