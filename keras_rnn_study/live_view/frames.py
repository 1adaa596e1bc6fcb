"""What of a traced layer goes into frames: three parts, so that a reader takes only what it needs.

flow        batch means over time; small, so all records are read at once
values      gates and states of the first samples, by time step and unit
gradients   total gradients of the states, likewise, and how much each input matters
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.live_view.facts import LayerFacts
from keras_rnn_study.live_view.packing import pack
from keras_rnn_study.measures.norms import step_norms

if TYPE_CHECKING:  # which would bring Keras
    from keras_rnn_study.tracing.reduced import ReducedLayer
    from keras_rnn_study.tracing.result import LayerTrace

_RANGES = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def facts_of(
    layer: "LayerTrace",
    part: str,
    samples: int,
    tokens: Sequence[Sequence[str]] = (),
    evidence: np.ndarray | None = None,
) -> bytes:
    """Return the facts of a layer, as they are written beside its first frame.

    Args:
        layer: One layer of a trace.
        part: One of `PARTS`.
        samples: How many samples the frames have, if the layer has as many.
        tokens: What stands at each step, for each sample; may be empty.
        evidence: Booleans (samples, time), the steps that decide the answer; `None`: unknown.
    """
    h = layer.states["h"]
    facts = LayerFacts(
        cell=_cell(layer),
        activations=dict(layer.activations),
        time=h.shape[1],
        units=int(np.prod(h.shape[2:])),
        samples=min(samples, len(h)),
        tokens=[[str(token) for token in sample] for sample in tokens[:samples]],
        evidence=[] if evidence is None else np.asarray(evidence, bool)[:samples].tolist(),
        quantities=[name for name, a in arrays_of(layer, part, samples).items() if a.ndim == 3],
    )
    return json.dumps(facts, ensure_ascii=False).encode()


def frame_of(layer: "LayerTrace", part: str, step: int, samples: int) -> bytes:
    """Return one record's frame.

    Args:
        layer: One layer of a trace.
        part: One of `PARTS`.
        step: The training step.
        samples: How many of the batch's samples, from the first one on.
    """
    limits = {
        f"{kind}/{name}": _RANGES[activation]
        for name, activation in layer.activations.items()
        for kind in ("gate", "state")
        if activation in _RANGES
    }
    if layer.activations.get("candidate") == "tanh":
        limits["state/h"] = _RANGES["tanh"]
    return pack(step, arrays_of(layer, part, samples), limits)


def arrays_of(layer: "LayerTrace", part: str, samples: int) -> dict[str, np.ndarray]:
    """Return the arrays of one part: (samples, time, units), (samples, time) or (time,)."""
    if part == "values":
        named = {f"gate/{name}": array for name, array in layer.gates.items()}
        named |= {f"state/{name}": array for name, array in layer.states.items()}
        return {name: _by_unit(array[:samples]) for name, array in named.items()}
    gradients = layer.state_gradients or {}
    if part == "gradients":
        named = {f"gradient/{n}": _by_unit(array[:samples]) for n, array in gradients.items()}
        inputs = _by_unit(np.asarray(layer.input_gradients)[:samples])
        return named | {"input_gradient": np.linalg.norm(inputs, axis=-1)}
    return {f"flow/{name}": norms for name, norms in _flow(layer).items()}


def _flow(layer: "LayerTrace | ReducedLayer") -> dict[str, np.ndarray]:
    """Return batch means of the gradients' norms, (time,), from all samples or their norms."""
    # A reduced layer has the norms of all samples, and all else of the first ones only.
    whole = getattr(layer, "norms", vars(layer))
    mask = getattr(layer, "batch_mask", layer.mask)
    gradients = {**whole["state_gradients"], "direct": whole["output_gradients"]}
    return {name: step_norms(np.asarray(values), mask) for name, values in gradients.items()}


def _by_unit(array: np.ndarray) -> np.ndarray:
    """Lay what a cell has besides time side by side: (samples, time, ...) to three axes."""
    return array.reshape(*array.shape[:2], -1)


def _cell(layer: "LayerTrace") -> str:
    """Return the class whose picture fits the gates."""
    if "forget" in layer.gates:
        return "LSTM"
    if "update" in layer.gates:
        return "GRU"
    return "SimpleRNN" if "h" in layer.activations else "RNN"
