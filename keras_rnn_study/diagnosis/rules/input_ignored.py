"""An answer that does not depend on the input."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_SAME = 2e-6


@rule(
    statistic="Largest difference between the predictions of two samples, over their size.",
    threshold="Below 0.000002, the rounding of float32: an error where inputs and labels differ.",
    why="Whatever comes in, the same comes out: nothing of the input arrives at the answer.",
    remedy=(
        "# which layer is the first whose output is the same for all samples?\n"
        "for layer in model.layers:\n"
        "    print(layer.name, keras.Model(model.inputs, layer.output)(x).numpy().std(axis=0))"
    ),
    lesson="7_your_model",
    false_alarm="Samples that differ only in what they are not meant to depend on.",
    needs=("labels",),
    explains=("learns_label_mean",),
)
def input_ignored(examination: Examination) -> Symptom | None:
    """Does the answer depend on the input?"""
    output, labels = examination.predictions, examination.few_labels
    if output is None or labels is None or len(output) < 2 or output.dtype.kind != "f":
        return None
    if not np.isfinite(output).all() or (labels == labels[0]).all():
        return None
    if not _is_same(output):
        return None
    apart = float(np.ptp(output.astype(np.float64), axis=0).max())
    size = float(np.abs(output).max())
    title = f"The predictions of {len(output)} samples differ by {apart:.1e} at most"
    layer = next((n for n, out in examination.outputs.items() if _is_same(out.values)), None)
    if _starts_at_zero(examination, layer):
        return None
    title += "." if layer is None else f"; {layer!r} is the first layer that hands on the same."
    return Symptom(title, {"difference": apart, "size": size}, layer=layer)


def _starts_at_zero(examination: Examination, name: str | None) -> bool:
    """Return whether this is the answer's layer, of zeros that the first update moves apart."""
    layer = examination.model.layers[-1]
    kernel = getattr(layer, "kernel", None)
    return (
        layer.name == name
        and layer.trainable
        and kernel is not None
        and getattr(layer, "kernel_constraint", None) is None
        and not np.any(np.asarray(kernel))
    )


def _is_same(values: np.ndarray) -> bool:
    """Return whether all samples have the same values, to the rounding of float32."""
    if not np.isfinite(values).all():
        return False
    apart = np.ptp(values.astype(np.float64), axis=0).max(initial=0)
    return bool(apart <= _SAME * np.abs(values).max(initial=0))
