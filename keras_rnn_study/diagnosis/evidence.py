"""Evidence, the steps that decide the answer: as the user says, or as the data tell."""

from collections.abc import Collection

import numpy as np

from keras_rnn_study.diagnosis.association import informative_steps
from keras_rnn_study.diagnosis.labels import columns


def check_steps(evidence: np.ndarray, times: Collection[int]) -> None:
    """Refuse evidence that is of no sequence in the model.

    Args:
        evidence: Booleans (samples, time).
        times: How many steps these sequences have.

    Raises:
        ValueError: None has as many as the evidence.
    """
    if evidence.shape[1] not in times:
        raise ValueError(
            f"Received evidence of {evidence.shape[1]} steps, but the sequences in the model have "
            f"{', '.join(map(str, sorted(set(times))))}. Expected as many as one of them has."
        )


def measured_evidence(
    inputs: tuple[np.ndarray, ...], labels: np.ndarray | None, family: str | None
) -> np.ndarray | None:
    """Return the steps that tell of the label by themselves: booleans (time,).

    Args:
        inputs: Arrays of the input, all samples.
        labels: All of them.
        family: `LossKind.family`.

    Returns:
        `None` where there are none, or input or labels are not of the kind to tell.
    """
    if labels is None or len(inputs) != 1 or inputs[0].dtype.kind not in "iubf":
        return None
    targets = columns(labels, family)
    if targets is None or not np.isfinite(targets).all() or not np.isfinite(inputs[0]).all():
        return None
    return informative_steps(inputs[0], targets)
