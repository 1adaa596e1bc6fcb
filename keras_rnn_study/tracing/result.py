"""What a trace returns."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np


@dataclass(frozen=True)
class LayerTrace:
    """What happened inside of one recurrent layer (or one cell of a stack) on one batch.

    Arrays are float32 (float64 for a float64 layer), indexed by the time step of the *input*,
    also where the layer goes backwards. L is the scalar that `compile` defines, so gradients carry
    its mean over the batch. Gradient fields are `None` where no gradient was asked for.

    Attributes:
        states: dict, (batch, time, units), after each step: `"h"`; an LSTM has `"c"` too; other
            cells with several states have `"h"`, `"state_1"`, ... A masked step repeats.
        gates: dict, (batch, time, units): `"input"`, `"forget"`, `"candidate"`, `"output"` (LSTM);
            `"update"`, `"reset"`, `"candidate"` (GRU); empty for all other cells. NaN at masked
            steps.
        state_gradients: dict, (batch, time, units): total dL/dh_t, through every later step;
            total dL/dc_t includes the path through h_t.
        output_gradients: (batch, time, units): direct dL/dy_t, through what the layer emits at
            step t only (where masked steps repeat it, there too). Zero at masked steps.
        input_gradients: (batch, time, features): dL/dx_t through this layer.
        mask: (batch, time) booleans, `False` at masked steps; `None` if there is no mask.
        activations: dict of gate name to the name of its activation, such as `"sigmoid"`; for a
            SimpleRNN `{"h": ...}`, as the output of its one layer is h itself.
    """

    states: dict
    gates: dict
    activations: dict
    mask: np.ndarray | None = None
    state_gradients: dict | None = None
    output_gradients: np.ndarray | None = None
    input_gradients: np.ndarray | None = None


class Trace(Mapping):
    """All recurrent layers of a model on one batch: a read-only dict of name to `LayerTrace`.

    Names are paths of layer names, in the order of the calls: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`, `"rnn/lstm_cell"`. The second call of a shared layer is
    `"lstm/call_2"`.

    Attributes:
        loss: float, the compiled loss of the batch, as `model.evaluate` computes it; `None`
            without labels.
    """

    def __init__(self, loss, layers):
        self.loss = loss
        self._layers = dict(layers)

    def __getitem__(self, name):
        return self._layers[name]

    def __iter__(self):
        return iter(self._layers)

    def __len__(self):
        return len(self._layers)

    def __repr__(self):
        return f"<Trace loss={self.loss} layers={list(self)}>"


def state_names(cell, count):
    """Names of a cell's states. Keras wants the first to be what the cell puts out: h."""
    if isinstance(cell, keras.layers.LSTMCell):
        return ["h", "c"]
    return ["h", *(f"state_{index}" for index in range(1, count))]


def activations(cell, gates):
    """Which activation stands behind each gate of `cell`; see `LayerTrace.activations`."""

    def name(attribute):
        return getattr(getattr(cell, attribute), "__name__", "linear")

    if type(cell) is keras.layers.SimpleRNNCell:
        return {"h": name("activation")}
    return {
        gate: name("activation" if gate == "candidate" else "recurrent_activation")
        for gate in gates
    }
