"""All that rules look at, gathered once: inputs, labels, the graph, one trace, a few updates."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

import keras
import numpy as np

from keras_rnn_study import measures
from keras_rnn_study.diagnosis.answer import LossKind
from keras_rnn_study.diagnosis.layer_outputs import LayerOutput
from keras_rnn_study.diagnosis.rehearsed import Rehearsal
from keras_rnn_study.tracing.result import LayerTrace, Trace

NEEDS = ("labels", "loss", "updates", "evidence", "validation_data")
"""What a rule may need that is not always there."""


@dataclass(frozen=True)
class Validation:
    """Held-out data, and what the model makes of it.

    Attributes:
        inputs: Arrays of the input.
        loss: float.
    """

    inputs: tuple[np.ndarray, ...]
    loss: float


@dataclass(frozen=True)
class Examination:
    """One model and one batch, looked at from all sides. Rules read it, and change nothing.

    Attributes:
        model: The user's model.
        inputs: Arrays of the input, all samples.
        labels: Array, all samples; `None` if there are none, or several.
        weights: Sample weights, or `None`.
        evidence: Booleans (batch, time) of the traced samples, or `None`.
        is_evidence_given: Whether the user said so; else it was measured in the data.
        few_labels: Labels of the samples that were traced.
        predictions: Array, of the traced samples, in inference mode; `None` where there are
            several outputs.
        loss: float, of the traced samples, in inference mode.
        loss_kind: What the loss is.
        loss_error: Why the loss cannot be computed, in Keras' words; `None`: it can.
        activation: Name of the last activation, or `None`.
        loss_reads_logits: Whether Keras reads the logits behind a final softmax or sigmoid.
        guessing: float, the loss of the best constant answer; `None`: not known.
        outputs: What each layer hands on, by its name, in the order of the calls.
        trace: What happened inside, with gradients if there is a loss.
        rehearsal: A few updates on copies; `None`: not possible.
        validation: Held-out data; `None`: not given.
        trained_steps: int, how many updates the optimizer has done.
        unknown: What is not known -> why: some of `NEEDS`.
    """

    model: keras.Model
    inputs: tuple[np.ndarray, ...]
    labels: np.ndarray | None
    weights: np.ndarray | None
    evidence: np.ndarray | None
    is_evidence_given: bool
    few_labels: np.ndarray | None
    predictions: np.ndarray | None
    loss: float | None
    loss_kind: LossKind
    loss_error: str | None
    activation: str | None
    loss_reads_logits: bool
    guessing: float | None
    outputs: Mapping[str, LayerOutput]
    trace: Trace
    rehearsal: Rehearsal | None
    validation: Validation | None
    trained_steps: int
    layers: Mapping[str, keras.layers.RNN]
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def learned(self) -> bool:
        """Whether the model already does much better than guessing: then little is in its way."""
        if self.loss is None or self.guessing is None or not np.isfinite(self.loss):
            return False
        return self.loss < 0.5 * self.guessing

    @property
    def is_finite(self) -> bool:
        """Whether all numeric inputs are numbers."""
        return all(np.isfinite(each).all() for each in self.inputs if each.dtype.kind == "f")

    @property
    def windows(self) -> np.ndarray | None:
        """Return the input (batch, time, features) if it is one array of numbers over time."""
        if len(self.inputs) != 1:
            return None
        array = self.inputs[0]
        is_series = array.ndim == 3 and array.dtype.kind == "f" and array.shape[1] > 3
        return array if is_series and np.isfinite(array).all() else None

    @property
    def answers_every_step(self) -> bool:
        """Whether each step has a label of its own."""
        return self.predictions is not None and self.predictions.ndim > 2

    @functools.cached_property
    def distances(self) -> np.ndarray | None:
        """How many steps lie between the last evidence and the last step: (batch,)."""
        if self.evidence is None:
            return None
        last = _last(self.evidence)
        mask = next(iter(self.trace.values())).mask
        ends = np.full(len(last), self.evidence.shape[1] - 1) if mask is None else _last(mask)
        return np.where(last < 0, 0, np.maximum(ends - last, 0))

    @functools.cached_property
    def reach(self) -> float | None:
        """Which share of its largest norm the gradient still has at the evidence.

        The median over samples, in the layer that it reaches best; `None`: no evidence or gradient.
        """
        shares = [self._layer_reach(layer) for layer in self.trace.values()]
        known = [share for share in shares if share is not None]
        return max(known) if known else None

    def _layer_reach(self, layer: LayerTrace) -> float | None:
        if layer.state_gradients is None or self.evidence is None:
            return None
        best = []
        for gradients in layer.state_gradients.values():
            norms = np.linalg.norm(gradients.reshape(*gradients.shape[:2], -1), axis=-1)
            if norms.shape != self.evidence.shape or not np.isfinite(norms).all():
                continue
            at_evidence = np.where(self.evidence, norms, 0).max(axis=1)
            largest = norms.max(axis=1)
            there = (largest > 0) & self.evidence.any(axis=1)
            if there.any():
                best.append(float(np.median(at_evidence[there] / largest[there])))
        return max(best) if best else None

    def gradient_norms(self, name: str) -> dict[str, np.ndarray]:
        """Return the mean norm of each state's gradient at each step, from the loss backwards."""
        layer = self.trace[name]
        if layer.state_gradients is None:
            return {}
        order = 1 if self.runs_backwards(name) else -1
        return {
            state: measures.step_norms(gradients, layer.mask)[::order]
            for state, gradients in layer.state_gradients.items()
        }

    def layer_of(self, name: str) -> keras.layers.RNN | None:
        """Return the layer that a trace's name belongs to."""
        found = [known for known in self.layers if name == known or name.startswith(f"{known}/")]
        return self.layers[max(found, key=len)] if found else None

    def runs_backwards(self, name: str) -> bool:
        """Return whether a layer's loop goes from the input's last step to the first."""
        return bool(getattr(self.layer_of(name), "go_backwards", False))


def _last(there: np.ndarray) -> np.ndarray:
    """Return the index of the last True of each row; -1 where there is none."""
    time = there.shape[1]
    found = time - 1 - np.argmax(there[:, ::-1], axis=1)
    return np.where(there.any(axis=1), found, -1)
