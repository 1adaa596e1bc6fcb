"""Time and feature axes exchanged."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_TIMES_LONGER = 4
_SMOOTH = 0.5


@rule(
    statistic=(
        "Whether the evidence, or the sum of one-hot symbols, belongs to the second axis; "
        "correlation of neighbours along the axis that should be features, and along time; "
        "how different the kinds of values are from time step to time step."
    ),
    threshold=(
        "An axis of symbols or of evidence is certain: an error. A features axis at least four "
        "times as long as time, along which neighbours are correlated above 0.5 and more than "
        "along time, or whose time steps hold different kinds of values: a warning."
    ),
    why=(
        "Keras takes (batch, time, features). Exchanged, each step is one feature of all times, so "
        "the network sees a few long vectors and has no time to work through."
    ),
    remedy="x = x.transpose(0, 2, 1)  # (batch, features, time) -> (batch, time, features)",
    lesson="1_chain",
    false_alarm="Spectra: neighbouring frequencies are correlated, and there may be few steps.",
    explains=(
        "vanishing_gradient",
        "short_memory",
        "unscaled_inputs",
        "saturated_units",
        "constant_features",
    ),
)
def swapped_axes(examination: Examination) -> Symptom | None:
    """Is the second axis time?"""
    for array in examination.inputs:
        if array.ndim != 3 or array.dtype.kind not in "iubf" or not np.isfinite(array).all():
            continue
        time, features = array.shape[1:]
        if _is_one_hot(array, axis=1) and not _is_one_hot(array, axis=2):
            title = f"Each of {features} features is a one-hot symbol along the {time} time steps."
            return Symptom(title, {"time": time, "features": features})
        if features < _TIMES_LONGER * time:
            continue
        along_time, along_features = _neighbours(array, 1), _neighbours(array, 2)
        mixed = _is_mixed(array)
        if mixed or (along_features > _SMOOTH and along_features > along_time + 0.2):
            title = (
                f"{time} time steps of {features} features: neighbouring features are correlated "
                f"by {along_features:.2f}, neighbouring steps by {along_time:.2f}"
            ) + (", and each step holds another kind of values." if mixed else ".")
            evidence = {
                "time": time,
                "features": features,
                "along_features": along_features,
                "along_time": along_time,
            }
            return Symptom(title, evidence, "warning")
        if features >= 2 * _TIMES_LONGER * time and time <= 8:
            title = f"{time} time steps of {features} features. Should it be the other way round?"
            return Symptom(title, {"time": time, "features": features}, "note")
    return None


def _is_one_hot(array: np.ndarray, axis: int) -> bool:
    if array.shape[axis] < 3:
        return False
    return bool(((array == 0) | (array == 1)).all() and (array.sum(axis=axis) == 1).all())


def _neighbours(array: np.ndarray, axis: int) -> float:
    """Return the correlation of neighbours along an axis, of deviations from each place's mean."""
    if array.shape[axis] < 3:
        return 0.0
    values = array.astype(np.float64)
    values = values - values.mean(axis=(0, axis), keepdims=True)
    before = np.delete(values, -1, axis=axis)
    after = np.delete(values, 0, axis=axis)
    scale = np.sqrt((before**2).sum() * (after**2).sum())
    return float((before * after).sum() / scale) if scale > 0 else 0.0


def _is_mixed(array: np.ndarray) -> bool:
    """Return whether some "time steps" hold whole numbers only and others do not."""
    if array.dtype.kind != "f":
        return False
    whole = (array == np.round(array)).all(axis=(0, 2))
    return bool(whole.any() and not whole.all() and (~whole).any() and _varies(array, whole))


def _varies(array: np.ndarray, steps: np.ndarray) -> bool:
    return bool(array[:, steps].std() > 0)
