"""Windows that hold their own answer."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_RUN = 3


@rule(
    statistic=(
        "Places in the window whose value is the label in each sample, where windows overlap as "
        "cuts of one series do; validation sequences that are training sequences too."
    ),
    threshold=(
        "The label itself in every sample of overlapping windows: an error. More than 5 % of "
        "validation sequences among the training sequences: a warning."
    ),
    why=(
        "The answer stands in the input, so copying it is all that is learned; of new data it will "
        "not be there."
    ),
    remedy="x, y = series[i : i + length], series[i + length]  # the label lies after the window",
    lesson="7_your_model",
    false_alarm="A task that is to repeat an input; it is told by windows that do not overlap.",
)
def leaking_windows(examination: Examination) -> Symptom | None:
    """Is the answer among the inputs?"""
    array, labels = _series(examination), examination.labels
    if array is not None and labels is not None and labels.size == len(labels):
        values = labels.reshape(-1)
        if len(np.unique(values)) >= 8 and _overlap(array):
            same = np.isclose(array, values[:, None, None], rtol=1e-6, atol=0).all(axis=0)
            if same.any():
                step, feature = (int(place) for place in np.argwhere(same)[-1])
                title = f"The label is the input at time step {step}, feature {feature}."
                evidence = {"time_step": step, "feature": feature, "samples": len(values)}
                return Symptom(title, evidence, time_step=step)
    return _shared(examination)


def _shared(examination: Examination) -> Symptom | None:
    held_out = examination.validation
    if held_out is None or len(held_out.inputs) != 1 or len(examination.inputs) != 1:
        return None
    ours, theirs = examination.inputs[0], held_out.inputs[0]
    if ours.shape[1:] != theirs.shape[1:] or ours[0].size < 8:
        return None
    known = {row.tobytes() for row in ours.astype(theirs.dtype)}
    share = float(np.mean([row.tobytes() in known for row in theirs]))
    if share <= 0.05:
        return None
    title = f"{share:.0%} of the validation sequences are training sequences too."
    return Symptom(title, {"share": share, "validation_samples": len(theirs)}, "warning")


def _series(examination: Examination) -> np.ndarray | None:
    if len(examination.inputs) != 1:
        return None
    array = examination.inputs[0]
    is_series = array.ndim == 3 and array.dtype.kind == "f" and array.shape[1] > _RUN
    return array if is_series and np.isfinite(array).all() else None


def _overlap(array: np.ndarray) -> bool:
    """Return whether the beginnings of windows are found inside of other windows."""
    feature = np.ascontiguousarray(array[..., 0])
    runs = np.lib.stride_tricks.sliding_window_view(feature, _RUN, axis=1)  # (n, places, run)
    if np.ptp(runs[:, 0]) == 0:
        return False
    inside = {run.tobytes() for window in runs[:, 1:] for run in window}
    return bool(np.mean([window[0].tobytes() in inside for window in runs]) > 0.2)
