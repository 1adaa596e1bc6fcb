"""Inputs in raw units."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_LARGE = 10.0
_SMALL = 1e-3
_APART = 1e3
_DRIVE = 2.0


@rule(
    statistic=(
        "Root mean square of each feature where it enters the first recurrent layer, and what the "
        "input kernel makes of it."
    ),
    threshold=(
        "Above 10 with a drive of the gates above 2, where a sigmoid is at 0.88: a warning, an "
        "error where half of the values are saturated. Below 0.001: the layer sees nothing. "
        "Features a thousand times apart: the small ones drown."
    ),
    why=(
        "Keras' kernels are drawn for inputs of the size of 1. A hundred times that drives gates "
        "and tanh to their ends, where the derivative is 0; a thousandth is drowned by the biases."
    ),
    remedy=(
        "normalise = keras.layers.Normalization()\n"
        "normalise.adapt(x_train)  # and make it the model's first layer"
    ),
    lesson="7_your_model",
    false_alarm="Weights that were trained for, or drawn for, inputs of that size.",
    needs=("updates",),
    explains=(
        "saturated_units",
        "vanishing_gradient",
        "short_memory",
        "state_drift",
        "learning_rate_too_high",
        "learning_rate_too_low",
        "exploding_gradient",
        "runaway_states",
        "initial_loss_too_high",
        "input_ignored",
        "identical_units",
        "gradient_sum",
        "not_a_number",
        "clipped_always",
    ),
)
def unscaled_inputs(examination: Examination) -> Symptom | None:
    """Are the inputs of a size that the layer expects?"""
    assert examination.rehearsal is not None
    sequences = examination.rehearsal.sequences
    if examination.learned or not sequences or not examination.is_finite:
        return None
    name = next(iter(sequences))
    array = sequences[name].astype(np.float64)
    layer = examination.layer_of(name)
    rms = np.sqrt((array**2).reshape(-1, array.shape[-1]).mean(axis=0))
    varying = array.reshape(-1, array.shape[-1]).std(axis=0) > 0
    if not varying.any():
        return None
    drive = _drive(array, layer)
    large, small = float(rms.max()), float(rms[varying].max())
    evidence = {"largest_rms": large, "smallest_rms": float(rms[varying].min()), "drive": drive}
    if large > _LARGE and drive > _DRIVE:
        severity: Severity = "error" if large > 3 * _LARGE else "warning"
        title = f"Inputs are of the size of {large:.3g}, and drive the gates by {drive:.3g}."
        return Symptom(title, evidence, severity, layer=name)
    if small < _SMALL:
        return Symptom(f"Inputs are of the size of {small:.2g}.", evidence, layer=name)
    if rms[varying].max() > _APART * rms[varying].min():
        title = f"Features are of sizes from {rms[varying].min():.2g} to {large:.3g}."
        return Symptom(title, evidence, "warning", layer=name)
    return None


def _drive(array: np.ndarray, layer: object) -> float:
    """Return the root mean square of what the input kernel makes of the inputs."""
    kernel = getattr(getattr(layer, "cell", None), "kernel", None)
    if kernel is None or array.ndim != 3 or kernel.shape[0] != array.shape[-1]:
        return float("inf")
    driven = array.reshape(-1, array.shape[-1]) @ np.asarray(kernel, np.float64)
    return float(np.sqrt((driven**2).mean()))
