"""Padding that the last output reads."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_PADDED = 0.3
_INSIDE = 0.05
_MUCH = 0.25


@rule(
    statistic=(
        "Length of the run of zeros (or of token 0) at the end of each sample, where lengths "
        "differ, no mask reaches the layer, and only the last output is used."
    ),
    threshold=(
        "At least 30 % of samples padded, to different lengths, and zeros hardly anywhere else "
        "(below 5 % of steps), as a quiet signal has them too. A quarter of all steps: an error; "
        "less: a warning. A note where the model learned all the same."
    ),
    why=(
        "The layer goes on through the padding, so its last output says what was left after it, "
        "another number of steps for each sample."
    ),
    remedy=(
        "keras.layers.Masking(0.0)  # before the recurrent layer; of tokens: "
        "Embedding(..., mask_zero=True)"
    ),
    lesson="7_your_model",
    false_alarm="Sequences that end in silence, and differ in where it begins.",
    explains=("vanishing_gradient", "short_memory", "learns_label_mean"),
)
def padding_not_masked(examination: Examination) -> Symptom | None:
    """Does the last output read padding?"""
    if len(examination.inputs) != 1 or any(t.mask is not None for t in examination.trace.values()):
        return None
    reads_last = [n for n, layer in examination.layers.items() if _reads_last(layer)]
    empty = _empty_steps(examination.inputs[0])
    if empty is None or not reads_last:
        return None
    time = empty.shape[1]
    run = np.where(empty.all(axis=1), time, np.argmin(empty[:, ::-1], axis=1))
    content = time * len(run) - run.sum()
    inside = (empty.sum() - run.sum()) / max(content, 1)
    padded, share = float((run > 0).mean()), float(run.mean() / time)
    if padded < _PADDED or len(np.unique(run)) < 3 or inside > _INSIDE or run.mean() < 1:
        return None
    title = f"{padded:.0%} of samples end in padding, {run.mean():.1f} of {time} steps on average,"
    evidence = {"padded_samples": padded, "padded_steps": share, "zeros_inside": float(inside)}
    severity: Severity = "error" if share >= _MUCH else "warning"
    return Symptom(
        f"{title} and no mask reaches {reads_last[0]!r}.",
        evidence,
        "note" if examination.learned else severity,
        layer=reads_last[0],
    )


def _reads_last(layer: object) -> bool:
    sequences, backwards = (getattr(layer, n, False) for n in ("return_sequences", "go_backwards"))
    return not sequences and not backwards


def _empty_steps(array: np.ndarray) -> np.ndarray | None:
    """Return booleans (batch, time): steps of zeros only; `None`: not that kind of input."""
    if array.ndim == 2 and array.dtype.kind in "iu":
        return array == 0
    if array.ndim == 3 and array.dtype.kind in "iuf":
        return (array == 0).all(axis=-1)
    return None
