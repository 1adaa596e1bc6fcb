"""A trace reduced where it lies: numbers of the whole batch, and the first samples as they are.

Callbacks look again and again, and at little: norms, histograms, one sample. So they get that and
no more, computed in the graph, part by part of the batch. Nothing as large as the batch is joined,
copied to the host, or kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.cells import replay
from keras_rnn_study.measures.tally import Tally, tallies
from keras_rnn_study.tracing.graph import look
from keras_rnn_study.tracing.loss import Loss
from keras_rnn_study.tracing.opening import Call, Loop
from keras_rnn_study.tracing.result import LayerTrace, activations
from keras_rnn_study.tracing.tensors import loop_tensors, unscaled


@dataclass(frozen=True, eq=False, repr=False)
class ReducedLayer(LayerTrace):
    """One recurrent layer on one batch: of the first samples all, of the batch what it comes to.

    Attributes:
        norms: For `"states"` and, where there is a loss, `"state_gradients"` and
            `"output_gradients"`: the L2 norm at each sample and step, (batch, time) float64; the
            first two are dicts by state. Their norms are those of the vectors, so `step_norms`
            and `state_norm` take them in the vectors' place.
        batch_mask: (batch, time) booleans; `None` if there is no mask.
        tallies: dict of name to `Tally`, for each of `activations`.
        (others): Those of `LayerTrace`, of the first samples.
    """

    norms: Mapping[str, Any] = field(default_factory=dict)
    batch_mask: np.ndarray | None = None
    tallies: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class Reduction:
    """What leaves the graph; equal ones share it.

    Args:
        samples: How many samples to keep as they are, the first ones.
        tallies: Whether to count the gates' values.
    """

    samples: int = 1
    tallies: bool = True

    def __call__(self, call: Call, loop: Loop, scale: tf.Tensor | None) -> dict[str, Any]:
        """Return one loop's tensors, for `ReducedLayer`."""
        result = loop_tensors(call, loop, scale, self.samples)
        result["batch_mask"] = call.mask
        result["norms"] = _norms(call, loop, scale, result)
        if self.tallies:
            masks = [None if call.mask is None else call.mask[:, p.rows] for p in loop.parts]
            named = activations(loop.cell, loop.parts[0].gates)
            gates = [{"h": part.states[0], **part.gates} for part in loop.parts]
            gates = [{name: part[name] for name in named} for part in gates]
            result["tallies"] = tallies(gates, masks, named, replay.compiled)
        return result


def reduced_trace(
    model: keras.Model,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    layers: Iterable[str] | None = None,
    gradients: bool = True,
    *,
    loss: Loss | None = None,
    reduction: Reduction = Reduction(),
) -> dict[str, ReducedLayer]:
    """Look inside the recurrent layers of a model, and bring back little.

    Args:
        model: As `trace` takes it, and so up to `loss`.
        x: See `trace`.
        y: See `trace`.
        sample_weight: See `trace`.
        layers: See `trace`.
        gradients: See `trace`.
        loss: See `trace`.
        reduction: What to bring back.

    Returns:
        dict of `ReducedLayer` by name, in the order of the calls.

    Raises:
        ValueError: As `trace`.
    """
    batch = x, y, sample_weight
    _, found = look(model, batch, layers, gradients, loss, reduction, _reduced_layer)
    return found


def _reduced_layer(tallies: Mapping[str, Any] | None = None, **fields: Any) -> ReducedLayer:
    counted = {name: Tally(**counts) for name, counts in (tallies or {}).items()}
    return ReducedLayer(tallies=counted, **fields)


def _norms(
    call: Call, loop: Loop, scale: tf.Tensor | None, names: Mapping[str, Any]
) -> dict[str, Any]:
    """Return (time, batch) norms, of the parts as they are."""

    def over_parts(parts: list[list[tf.Tensor]]) -> list[tf.Tensor]:
        return [tf.concat([_norm(t) for t in tensors], 1) for tensors in zip(*parts, strict=True)]

    norms = {"states": over_parts([part.states for part in loop.parts])}
    if loop.gradients:
        norms["state_gradients"] = over_parts(loop.gradients["states"])
    named: dict[str, Any] = {
        kind: dict(zip(names[kind], tensors, strict=True)) for kind, tensors in norms.items()
    }
    if loop.gradients:
        named["output_gradients"] = _norm(loop.gradients["outputs"])
        for kind in ("state_gradients", "output_gradients"):
            named[kind] = keras.tree.map_structure(lambda t: unscaled(t, scale), named[kind])
    return named


def _norm(values: tf.Tensor) -> tf.Tensor:
    """Return the L2 norm over all but time and samples, in float64 as `step_norms` does."""
    squares = tf.square(tf.cast(values, tf.float64))
    return tf.sqrt(tf.reduce_sum(squares, list(range(2, len(values.shape)))))
