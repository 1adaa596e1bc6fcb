"""Code that mends, written for the layer that is ill."""

from collections.abc import Collection

import keras

from keras_rnn_study.diagnosis.examination import Examination

CELL = "{cell}"
"""In a rule's remedy: the class of the layer."""

_CLASSES = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU, keras.layers.Dense)


def for_layer(remedy: str, examination: Examination, name: str | None) -> str:
    """Put the class of the layer of that name into a remedy; without a name, of the first traced.

    Of a class that is not Keras' own, nobody knows the arguments: then it is an LSTM.
    """
    name = next(iter(examination.trace)) if name is None else name
    layer = examination.layer_of(name)
    if layer is None and name in examination.outputs:
        layer = examination.outputs[name].layer
    return remedy.replace(CELL, type(layer).__name__ if type(layer) in _CLASSES else "LSTM")


def memory_gate(gates: Collection[str]) -> str | None:
    """Return which of a layer's gates keeps its memory; `None`: it has none that does."""
    return next((gate for gate in ("forget", "update") if gate in gates), None)


def spread_memory_times(gate: str, distance: int | str) -> str:
    """Write down chrono initialisation of an LSTM's forget or a GRU's update gates.

    Keras' GRU adds two biases up, (2, 3 units), with `reset_after=True`: the first one will do.

    Args:
        gate: "forget" or "update".
        distance: The longest memory time, in steps.
    """
    forget = [
        "bias[: layer.units] = -spread  # input gate",
        "bias[layer.units : 2 * layer.units] = spread  # forget gate",
    ]
    lines = [
        "# memory times spread up to the distance: chrono initialisation",
        f"spread = np.log(np.random.uniform(1, {distance}, layer.units))",
        "bias = layer.cell.bias.numpy()",
        *(forget if gate == "forget" else ["bias.flat[: layer.units] = spread  # update gate"]),
        "layer.cell.bias.assign(bias)",
    ]
    return "\n".join(lines)
