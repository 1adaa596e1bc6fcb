"""All signs that were tried: numbers of one look into a network, before or soon after its start."""

import warnings

import keras
import numpy as np

from keras_rnn_study import trace
from keras_rnn_study.dynamics.exponents import exponents_along
from keras_rnn_study.dynamics.largest import largest_along
from keras_rnn_study.dynamics.trajectory import trajectory
from keras_rnn_study.tracing.result import LayerTrace

FEW = 1
"""Samples whose Jacobians are multiplied."""
BATCH = 64
KEEPS = ("forget", "update")


class Looks(keras.callbacks.Callback):
    """Look into a network before its training and after it."""

    def __init__(self, *batch: np.ndarray) -> None:
        super().__init__()
        self._batch = batch
        self.found: list[dict] = []
        self._start: list[np.ndarray] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Look."""
        self._start = self.model.get_weights()
        self._look()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Look again."""
        self._look()

    def _look(self) -> None:
        found = look(self.model, *self._batch)
        now = self.model.get_weights()
        moved = [
            np.linalg.norm(a - b) / np.linalg.norm(b)
            for a, b in zip(now, self._start, strict=True)
            if b.ndim == 2 and b.any()
        ]
        found |= {"moved_most": max(moved), "moved_least": min(moved)}
        self.found.append({name: float(f"{value:.5g}") for name, value in found.items()})


def look(
    model: keras.Model, x: np.ndarray, y: np.ndarray, evidence: np.ndarray, real: np.ndarray
) -> dict:
    """Return the signs by name.

    Args:
        model: A compiled model with one recurrent layer.
        x: Inputs of a few hundred samples.
        y: Their labels.
        evidence: (samples, time) booleans.
        real: The same for the steps that are not padding.
    """
    traced = trace(model, x, y)
    [(name, layer)] = traced.items()
    time = evidence.shape[1]
    last = time - 1 - evidence[:, ::-1].argmax(axis=1)
    distance = max(1, int(np.median(real.sum(axis=1) - 1 - last)))
    first = evidence.argmax(axis=1)
    farthest = max(1, int(np.median(real.sum(axis=1) - 1 - first)))
    path = trajectory(model, name, layer, FEW)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = {"loss": traced.loss, "guess": guess(y), "distance": distance, "farthest": farthest}
        found |= _reach(layer, evidence)
        found |= _gates(layer, distance)
        found["agreement"] = agreement(layer, evidence)
        found["share_input"] = _input_share(layer, evidence)
        gain = largest_along(path).mean(axis=0)
        found["gain"], found["gain_first"] = gain[distance - 1], gain[farthest - 1]
        found["exponent"] = float(exponents_along(path, count=1).exponents[0])
        states = np.concatenate([s[:, -1] for s in layer.states.values()], axis=-1)
        rows = np.arange(len(x))
        for key, ridge in (("", 1e-2), ("_fine", 1e-6)):
            found["reads_last" + key] = read(states, layer.inputs[rows, last], ridge)
            found["reads_first" + key] = read(states, layer.inputs[rows, first], ridge)
            found["reads_label" + key] = read(states, columns(y), ridge)
    return {key: float(value) for key, value in found.items()}


def guess(y: np.ndarray) -> float:
    """Return the loss of the best answer to each step that does not look at the input."""
    y = y.reshape(len(y), -1)
    if y.dtype.kind == "f":
        return float(y.var(axis=0).mean())
    shares = [np.unique(step, return_counts=True)[1] / len(y) for step in y.T]
    return float(np.mean([-(p * np.log(p)).sum() for p in shares]))


def columns(y: np.ndarray) -> np.ndarray:
    """Return the labels of the last step as numbers."""
    if y.dtype.kind == "f":
        return y.reshape(len(y), -1)
    y = y.reshape(len(y), -1)[:, -1:]
    return (y == np.unique(y)).astype(float)


def read(states: np.ndarray, wanted: np.ndarray, ridge: float, folds: int = 4) -> float:
    """Return the held-out R^2 of a linear read-out, over all columns that vary."""
    wanted = wanted[:, wanted.std(axis=0) > 0].astype(float)
    if not np.isfinite(states).all():
        return float("nan")
    error = total = 0.0
    for fold in range(folds):
        out = np.arange(len(states)) % folds == fold
        mean, scale = states[~out].mean(axis=0, dtype=float), states[~out].std(axis=0, dtype=float)
        a, b = ((states[part] - mean) / np.where(scale > 0, scale, 1) for part in (~out, out))
        centre = wanted[~out].mean(axis=0)
        square = a.T @ a / len(a) + ridge * np.eye(a.shape[1])
        weights = np.linalg.solve(square, a.T @ (wanted[~out] - centre) / len(a))
        error += ((wanted[out] - centre - b @ weights) ** 2).sum()
        total += ((wanted[out] - centre) ** 2).sum()
    return 1 - error / total


def agreement(layer: LayerTrace, evidence: np.ndarray, size: int = BATCH) -> float:
    """Return how alike batches are in what they ask of the evidence's weights.

    The mean product of two batches' gradients over the mean square of one: 1 where all ask for the
    same, 0 where each asks for something else.
    """
    inputs = layer.inputs.astype(float)
    inputs = inputs - inputs[evidence].mean(axis=0)
    there = evidence[..., None]
    parts = []
    for start in range(0, len(inputs) - size + 1, size):
        rows = slice(start, start + size)
        x = (inputs[rows] * there[rows]).reshape(-1, inputs.shape[-1])
        parts.append(x.T @ layer.input_gradients[rows].reshape(len(x), -1).astype(float))
    parts = np.array([part.ravel() for part in parts])
    parts = parts / np.abs(parts).max()
    squares = (parts**2).sum(axis=1)
    pairs = (parts.sum(axis=0) ** 2).sum() - squares.sum()
    return pairs / (len(parts) - 1) / squares.sum()


def _reach(layer: LayerTrace, evidence: np.ndarray) -> dict:
    """Return log10 of what is left of the largest gradient at the nearest and farthest evidence."""
    best, worst = [], []
    for gradients in layer.state_gradients.values():
        norms = np.linalg.norm(gradients.astype(float), axis=-1)
        largest = norms.max(axis=1)
        best.append(np.median(np.where(evidence, norms, 0).max(axis=1) / largest))
        worst.append(np.median(np.where(evidence, norms, np.inf).min(axis=1) / largest))
    return {
        "reach": np.log10(max(*best, 1e-30)),
        "reach_first": np.log10(max(*worst, 1e-30)),
        "gradient_grows": np.log10(
            np.median(np.where(evidence, norms, 0).max(axis=1) / norms[:, -1].clip(1e-30))
        ),
    }


def _input_share(layer: LayerTrace, evidence: np.ndarray) -> float:
    norms = np.linalg.norm(layer.input_gradients.astype(float), axis=-1)
    norms = norms / norms.max()
    return (norms**2 * evidence).sum() / (norms**2).sum()


def _gates(layer: LayerTrace, distance: int) -> dict:
    memory = layer.states.get("c", layer.states["h"])
    found = {
        "state_rms": np.sqrt((memory[:, -1].astype(float) ** 2).mean()),
        "saturated": (np.abs(layer.states["h"]) > 0.95).mean(),
    }
    for keep in set(KEEPS) & set(layer.gates):
        gate = layer.gates[keep][:, -distance:].astype(float)
        kept = np.log10(np.maximum(gate, 1e-30)).sum(axis=1).mean(axis=0)
        found |= {"keep": gate.mean(), "kept_best": kept.max(), "kept_mean": kept.mean()}
    if "input" in layer.gates:
        found["input_gate"] = layer.gates["input"].mean()
    return found
