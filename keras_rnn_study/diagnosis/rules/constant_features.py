"""Inputs that never change."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Share of the input's features that have one value at all steps of all samples.",
    threshold=(
        "All, or the same sequence for each sample: an error. Half of them: a warning. One is a "
        "note: it tells nothing, and does no harm."
    ),
    why="What never changes tells nothing about the label.",
    remedy="x.std(axis=(0, 1))  # was a column filled, scaled by a wrong constant, or cut off?",
    lesson="7_your_model",
    false_alarm="A flag that other batches have in another state; symbols that are rare.",
    explains=("input_ignored", "learns_label_mean", "vanishing_gradient", "short_memory"),
)
def constant_features(examination: Examination) -> Symptom | None:
    """Does each feature of the input change?"""
    for array in examination.inputs:
        if len(array) < 2 or array.ndim < 2 or array.dtype.kind not in "iubf":
            continue
        if not np.isfinite(array).all():
            continue
        if (array == array[0]).all():
            title = f"All {len(array)} samples have the same input."
            return Symptom(title, {"share": 1.0, "samples": len(array)})
        if array.ndim != 3 or array.dtype.kind != "f":
            continue
        constant = (array == array[0, 0]).all(axis=(0, 1))
        one_hot = set(np.unique(array)) <= {0.0, 1.0} and array.shape[-1] > 2
        if not constant.any() or one_hot:  # of symbols, rare ones need not occur
            continue
        share = float(constant.mean())
        places = ", ".join(map(str, np.flatnonzero(constant)[:8]))
        title = f"{constant.sum()} of {len(constant)} features never change: {places}."
        evidence = {"share": share, "features": len(constant), "constant": int(constant.sum())}
        return Symptom(title, evidence, "warning" if share >= 0.5 else "note")
    return None
