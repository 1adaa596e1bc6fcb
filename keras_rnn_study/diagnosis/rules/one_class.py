"""Labels that are all the same."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_ALMOST_ALL = 0.95


@rule(
    statistic="Share of the most frequent label.",
    threshold="All labels the same is an error; above 95 % is a note, as guessing is that good.",
    why=(
        "With one label only, a constant is the best answer, and no input has to be looked at to "
        "give it."
    ),
    remedy="np.unique(y, return_counts=True)  # how were these samples chosen? Are they sorted?",
    lesson="7_your_model",
    false_alarm="The batch is one of sorted data, and others have other labels.",
    needs=("labels",),
    explains=("learns_label_mean", "input_ignored", "vanishing_gradient", "short_memory"),
)
def one_class(examination: Examination) -> Symptom | None:
    """Do the labels differ?"""
    labels = examination.labels
    if labels is None or len(labels) < 2 or labels.dtype.kind not in "iubf":
        return None
    rows = labels.reshape(-1)
    if examination.loss_kind.family == "categorical":
        rows = labels.reshape(-1, labels.shape[-1]).argmax(axis=-1)
    values, counts = np.unique(rows[np.isfinite(rows)], return_counts=True)
    if not len(counts):
        return None
    share = float(counts.max() / counts.sum())
    evidence = {"share": share, "labels": len(values)}
    if len(values) == 1:
        return Symptom(f"All {len(labels)} samples have the same label, {values[0]:g}.", evidence)
    if share > _ALMOST_ALL and len(values) < 0.1 * len(rows):
        title = f"{share:.1%} of the labels are {values[counts.argmax()]:g}."
        return Symptom(title + " Accuracy says little; look at each class.", evidence, "note")
    return None
