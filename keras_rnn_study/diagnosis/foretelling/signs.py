"""What tells early whether a network will learn: signs, all measured from one trace."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_rnn_study.diagnosis.foretelling.odds import Signs
from keras_rnn_study.diagnosis.readout import in_quarters
from keras_rnn_study.seams.names import cell_names, recurrent_layers
from keras_rnn_study.tracing.graph import trace
from keras_rnn_study.tracing.result import LayerTrace


def signs(model: keras.Model, x: Any, y: Any, evidence: np.ndarray) -> Signs:
    """Look into a model.

    Args:
        model: A built and compiled model with recurrent layers.
        x: Inputs of a few hundred samples.
        y: Their labels.
        evidence: Booleans (samples, time), each sample with at least one.

    Raises:
        ValueError: See `trace`; or no recurrent layer has the steps of the evidence.
    """
    whole = trace(model, x, y)
    inside = {name: layer for name, layer in whole.items() if _has_steps_of(layer, evidence)}
    if not inside:
        times = {name: next(iter(layer.states.values())).shape[1] for name, layer in whole.items()}
        raise ValueError(
            f"Received evidence of {evidence.shape[1]} steps, but the recurrent layers have "
            f"{times}. Expected the steps of the sequence that goes into one of them."
        )
    with np.errstate(all="ignore"):  # of what is not finite the signs are not either
        return Signs(
            reach=max(max(_reaches(layer, evidence)) for layer in inside.values()),
            readable=_readable(model, inside, evidence),
        )


def _reaches(layer: LayerTrace, evidence: np.ndarray) -> list[float]:
    """Return the reach of each state; 0 where no gradient arrives at all, or none that is one."""
    assert layer.state_gradients is not None  # there are labels
    found = []
    for gradients in layer.state_gradients.values():
        norms = np.linalg.norm(gradients.reshape(*evidence.shape, -1).astype(np.float64), axis=-1)
        worst = np.where(evidence, norms, np.inf).min(axis=1)
        found.append(float(np.nan_to_num(np.median(worst / norms.max(axis=1)))))
    return found


def _has_steps_of(layer: LayerTrace, evidence: np.ndarray) -> bool:
    return layer.inputs is not None and layer.inputs.shape[:2] == evidence.shape


def _readable(model: keras.Model, inside: Mapping[str, LayerTrace], evidence: np.ndarray) -> float:
    rows, time = np.arange(len(evidence)), evidence.shape[1]
    backwards = {
        name
        for path, layer in recurrent_layers(model).items()
        for name, _ in cell_names(path, layer)
        if layer.go_backwards
    }
    ends = [
        state[:, 0 if name in backwards else -1].reshape(len(rows), -1)
        for name, layer in inside.items()
        for state in layer.states.values()
    ]
    inputs = next(iter(inside.values())).inputs
    assert inputs is not None
    first, last = evidence.argmax(axis=1), time - 1 - evidence[:, ::-1].argmax(axis=1)
    wanted = [inputs[rows, step].reshape(len(rows), -1) for step in (first, last)]
    known = np.concatenate(ends, axis=-1)
    found = [in_quarters(known, each) for each in wanted]
    varying = [max(0.0, each) for each in found if not np.isnan(each)]
    return min(varying, default=float("nan"))
