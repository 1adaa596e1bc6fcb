"""Windows that hold their own answer."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule
from keras_rnn_study.diagnosis.series import overlap, placement, residuals

_EXACT, _OPEN = 1e-3, 1e-3
_AGREED = 0.5


@rule(
    statistic=(
        "Places in the window whose value is the label in each sample, where windows overlap as "
        "cuts of one series do; what a linear forecast of a later value leaves of it, with the "
        "window's last step and without; validation sequences that are training sequences too."
    ),
    threshold=(
        "The label itself in every sample of overlapping windows, or a forecast with the last step "
        "that leaves less than a thousandth of what the one without it leaves: an error. More than "
        "5 % of validation sequences among the training sequences: a warning."
    ),
    why=(
        "The answer stands in the input, so copying it is all that is learned; of new data it will "
        "not be there."
    ),
    remedy=(
        "x, y = series[i : i + length], series[i + length]  # the label lies after the window;\n"
        "# smooth and difference with steps before only; drop columns that are made of the target"
    ),
    lesson="7_your_model",
    false_alarm="A task that is to repeat an input; it is told by windows that do not overlap.",
)
def leaking_windows(examination: Examination) -> Symptom | None:
    """Is the answer among the inputs?"""
    array, labels = examination.windows, examination.labels
    if array is not None and labels is not None and labels.size == len(labels):
        values = labels.reshape(-1)
        if len(np.unique(values)) >= 8 and overlap(array):
            found = _copied(array, values) or _composed(array, values)
            if found is not None:
                return found
    return _shared(examination)


def _copied(array: np.ndarray, values: np.ndarray) -> Symptom | None:
    same = np.isclose(array, values[:, None, None], rtol=1e-6, atol=0).all(axis=0)
    if not same.any():
        return None
    step, feature = (int(place) for place in np.argwhere(same)[-1])
    title = f"The label is the input at time step {step}, feature {feature}."
    evidence = {"time_step": step, "feature": feature, "samples": len(values)}
    return Symptom(title, evidence, time_step=step)


def _composed(array: np.ndarray, values: np.ndarray) -> Symptom | None:
    """Say where a value of the future is a sum of inputs, as a centred mean lets it be."""
    place = placement(array, values)
    if place is None or place.ahead < 1 or place.found * place.agreed < _AGREED:
        return None
    left = residuals(array, values)
    if left is None or not (left[0] < _EXACT * left[1] and left[1] > _OPEN):  # no rounding
        return None
    title = (
        f"The label lies {place.ahead} step(s) after the window, and the window's last step "
        f"tells it to {left[0]:.0e}: without that step {left[1]:.0%} of its deviation is open."
    )
    evidence = {"left": left[0], "left_without_last_step": left[1], "ahead": place.ahead}
    return Symptom(title, evidence, time_step=array.shape[1] - 1)


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
