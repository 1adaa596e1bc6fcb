"""NaN and infinity in what the model is given."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Number of NaN and infinite values in inputs, labels and sample weights.",
    threshold="More than none: one NaN makes every weight NaN at the first update.",
    why=(
        "A sum with a NaN in it is NaN: the loss, then every gradient, and after one update every "
        "weight of the model."
    ),
    remedy="x = np.nan_to_num(x)  # or leave out those samples: x[np.isfinite(x).all(axis=(1, 2))]",
    lesson="7_your_model",
    false_alarm="The model itself replaces them, in its first layer.",
    explains=(
        "not_a_number",
        "unscaled_inputs",
        "dead_units",
        "identical_units",
        "learning_rate_too_high",
        "exploding_gradient",
        "initial_loss_too_high",
    ),
)
def nan_inputs(examination: Examination) -> Symptom | None:
    """Are all inputs, labels and weights numbers?"""
    given: dict[str, np.ndarray | None] = {
        f"input {i}" if i else "input": each for i, each in enumerate(examination.inputs)
    }
    given |= {"labels": examination.labels, "sample_weight": examination.weights}
    counts = {
        name: int((~np.isfinite(array)).sum())
        for name, array in given.items()
        if array is not None and array.dtype.kind == "f"
    }
    wrong = {name: count for name, count in counts.items() if count}
    if not wrong:
        return None
    told = ", ".join(f"{count} in {name}" for name, count in wrong.items())
    return Symptom(f"There are values that are NaN or infinite: {told}.", wrong)
