"""What a trace returns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import keras
import numpy as np

from keras_rnn_study.seams.names import UnknownNameError, nearest


class Arrays(dict[str, np.ndarray]):
    """Arrays by name: prints their shapes, and tells who asks for another name which there are."""

    def __init__(self, kind: str, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(arrays)
        self.kind = kind

    def __missing__(self, name: Any) -> np.ndarray:
        raise _unknown(self.kind, name, self)

    def __repr__(self) -> str:
        return repr({name: np.shape(array) for name, array in self.items()})


@dataclass(frozen=True, eq=False, repr=False)
class LayerTrace:
    """What happened inside of one recurrent layer (or one cell of a stack) on one batch.

    Arrays are float32 (float64 for a float64 layer), indexed by the time step of the *input*,
    also where the layer goes backwards. L is the scalar that `compile` defines, so gradients carry
    its mean over the batch. Gradient fields are `None` where no gradient was asked for.

    Attributes:
        states: dict, (batch, time, units), after each step: `"h"`; an LSTM and a ConvLSTM have
            `"c"` too; other cells with several states have `"h"`, `"state_1"`, ... A masked step
            repeats. A ConvLSTM's units are (height, width, filters).
        gates: dict, (batch, time, units): `"input"`, `"forget"`, `"candidate"`, `"output"` (LSTM);
            `"update"`, `"reset"`, `"candidate"` (GRU); empty for all other cells. NaN at masked
            steps.
        state_gradients: dict, (batch, time, units): total dL/dh_t, through every later step;
            total dL/dc_t includes the path through h_t.
        output_gradients: (batch, time, units): direct dL/dy_t, through what the layer emits at
            step t only (where masked steps repeat it, there too). Zero at masked steps.
        input_gradients: (batch, time, features): dL/dx_t through this layer.
        mask: (batch, time) booleans, `False` at masked steps; `None` if there is no mask.
        inputs: (batch, time, features): what the layer was given, x_t.
        initial_states: dict, (batch, units): the states before the first step.
        final_state_gradients: dict, (batch, units): what reaches the states after the last step
            as the layer returns them (`return_state`), beside `output_gradients`; else 0.
        activations: dict of gate name to the name of its activation, such as `"sigmoid"`; for a
            SimpleRNN `{"h": ...}`, as the output of its one layer is h itself.
    """

    states: Mapping[str, np.ndarray]
    gates: Mapping[str, np.ndarray]
    activations: Mapping[str, str]
    mask: np.ndarray | None = None
    state_gradients: Mapping[str, np.ndarray] | None = None
    output_gradients: np.ndarray | None = None
    input_gradients: np.ndarray | None = None
    inputs: np.ndarray | None = None
    initial_states: Mapping[str, np.ndarray] | None = None
    final_state_gradients: Mapping[str, np.ndarray] | None = None

    def __post_init__(self) -> None:
        states = ("states", "state_gradients", "initial_states", "final_state_gradients")
        for field, kind in (*((name, "state") for name in states), ("gates", "gate")):
            arrays = getattr(self, field)
            if arrays is not None:
                object.__setattr__(self, field, Arrays(kind, arrays))

    def __repr__(self) -> str:
        shown = []
        for field in fields(self):
            value = getattr(self, field.name)
            value = value.shape if isinstance(value, np.ndarray) else value
            shown.append(f"{field.name}={value!r}")
        return f"LayerTrace({', '.join(shown)})"


class Trace(Mapping[str, LayerTrace]):
    """All recurrent layers of a model on one batch: a read-only dict of name to `LayerTrace`.

    Names are paths of layer names, in the order of the calls: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`, `"rnn/lstm_cell"`. The second call of a shared layer is
    `"lstm/call_2"`.

    Attributes:
        loss: float, the loss of the batch, as `model.evaluate` computes it; `None` without labels,
            if it needs them.
    """

    def __init__(self, loss: float | None, layers: Mapping[str, LayerTrace]) -> None:
        self.loss = loss
        self._layers = dict(layers)

    def __getitem__(self, name: str) -> LayerTrace:
        if name not in self._layers:
            raise _unknown("recurrent layer", name, self)
        return self._layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    # Arrays have no one truth value, so traces are equal only to themselves.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        layers = {name: next(iter(layer.states.values())).shape for name, layer in self.items()}
        return f"Trace(loss={self.loss}, layers={layers})"


def state_names(layer: keras.layers.RNN, cell: Any, count: int) -> list[str]:
    """Name the states of a layer's cell. Keras wants the first to be what the cell puts out: h."""
    convolutional = (keras.layers.ConvLSTM1D, keras.layers.ConvLSTM2D, keras.layers.ConvLSTM3D)
    if isinstance(cell, keras.layers.LSTMCell) or isinstance(layer, convolutional):
        return ["h", "c"]
    return ["h", *(f"state_{index}" for index in range(1, count))]


def activations(cell: Any, gates: Mapping[str, Any]) -> dict[str, str]:
    """Name the activation behind each gate of `cell`; see `LayerTrace.activations`."""

    def name(attribute: str) -> str:
        return str(getattr(getattr(cell, attribute), "__name__", "linear"))

    if type(cell) is keras.layers.SimpleRNNCell:
        return {"h": name("activation")}
    behind = {
        gate: "activation" if gate == "candidate" else "recurrent_activation" for gate in gates
    }
    return {gate: name(attribute) for gate, attribute in behind.items() if hasattr(cell, attribute)}


def _unknown(kind: str, name: Any, names: Mapping[str, Any]) -> UnknownNameError:
    there = ", ".join(map(repr, names)) or "none"
    return UnknownNameError(
        f"There is no {kind} {name!r}.{nearest(name, names)} There is: {there}."
    )
