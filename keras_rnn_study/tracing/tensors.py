"""What a trace brings back of one loop, as tensors: whole, or of the first samples only."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_rnn_study.cells.devices import join
from keras_rnn_study.cells.shared_algebra import at_unmasked
from keras_rnn_study.tracing.opening import Call, Loop
from keras_rnn_study.tracing.result import state_names


def loop_tensors(
    call: Call, loop: Loop, scale: tf.Tensor | None, samples: int | None = None
) -> dict[str, Any]:
    """Return one loop's tensors, unscaled; time-major and in the order of the loop.

    Args:
        call: The call of the layer.
        loop: The loop, of one of its cells.
        scale: What gradients were scaled with.
        samples: How many samples, the first ones; default: all.

    Returns:
        dict of the fields of `LayerTrace`, but for "activations".
    """

    def over_parts(parts: list[Any]) -> Any:
        cut = tf.nest.map_structure(lambda tensor: tensor[:, :samples], parts)
        return tf.nest.map_structure(lambda tensor: tensor[:, :samples], join(cut, axis=1))

    mask = None if call.mask is None else call.mask[:, :samples]
    names = state_names(call.layer, loop.cell, len(loop.parts[0].states))
    gates = over_parts([part.gates for part in loop.parts])
    states = over_parts([part.states for part in loop.parts])
    result = {
        "inputs": loop.x[:, :samples],
        "initial_states": dict(zip(names, [s[:samples] for s in loop.initial], strict=True)),
        "states": dict(zip(names, states, strict=True)),
        "gates": {name: at_unmasked(gate, mask, np.nan) for name, gate in gates.items()},
        "mask": mask,
    }
    if loop.gradients:
        totals = [unscaled(total, scale) for total in over_parts(loop.gradients["states"])]
        final = [unscaled(state[:samples], scale) for state in loop.gradients["final"]]
        result["state_gradients"] = dict(zip(names, totals, strict=True))
        result["final_state_gradients"] = dict(zip(names, final, strict=True))
        for field in ("outputs", "inputs"):
            tensor = loop.gradients[field][:, :samples]
            result[f"{field.removesuffix('s')}_gradients"] = unscaled(tensor, scale)
    return result


def unscaled(gradient: tf.Tensor, scale: tf.Tensor | None) -> tf.Tensor:
    """Return a gradient without the factor that the loss was given."""
    return gradient if scale is None else gradient / tf.cast(scale, gradient.dtype)
