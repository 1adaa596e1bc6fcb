"""What keeps a recurrent layer on Keras' own loop."""

from dataclasses import dataclass

import keras

from keras_rnn_study.cells.activation import has_slope_at
from keras_rnn_study.cells.devices import on_gpu

_LAYERS = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU, keras.layers.RNN)
_CELLS = (keras.layers.SimpleRNNCell, keras.layers.LSTMCell, keras.layers.GRUCell)
_CUDNN_ACTIVATIONS = (keras.activations.tanh, keras.activations.relu)


@dataclass(frozen=True)
class Obstacle:
    """One reason why a layer does not take a kernel.

    Attributes:
        setting: str, what is so, such as `"recurrent_dropout=0.2"`.
        remedy: str, a sentence that says how to change it.
    """

    setting: str
    remedy: str


def obstacles(layer, gpu=None):
    """What keeps a layer from being fused; where there is nothing, `fused` swaps its loop.

    Args:
        layer: Any `keras.layers.RNN`.
        gpu: Whether to answer for a GPU; default: for this machine.

    Returns:
        List of `Obstacle`.

    Example:

    >>> import keras
    >>> obstacles(keras.layers.LSTM(8, recurrent_dropout=0.2), gpu=False)[0].setting
    'recurrent_dropout=0.2'
    >>> obstacles(keras.layers.SimpleRNN(8))
    []
    """
    gpu = on_gpu() if gpu is None else gpu
    if type(layer) not in _LAYERS or type(layer.cell) not in _CELLS:
        what = type(layer if type(layer) not in _LAYERS else layer.cell).__name__
        remedy = "Use keras.layers.SimpleRNN, LSTM or GRU itself, not a subclass or other cell."
        return [Obstacle(f"{what} is not Keras' own SimpleRNN, LSTM or GRU", remedy)]
    if gpu and type(layer.cell) is not keras.layers.SimpleRNNCell:
        remedy = "Use keras.layers.LSTM or GRU: on a GPU they take cuDNN without being fused."
        return [Obstacle(f"{type(layer.cell).__name__} on a GPU", remedy)]
    found = [*_of_the_loop(layer), *_of_activations(layer.cell, gpu)]
    dtypes = ("float16", "float32", "float64") if gpu else ("float32", "float64")
    if layer.compute_dtype not in dtypes:
        remedy = f"Compute in {' or '.join(dtypes)}: dtype={dtypes[-2]!r}."
        found.append(Obstacle(f"it computes in {layer.compute_dtype}", remedy))
    return found


def _of_the_loop(layer):
    if layer.unroll:
        yield Obstacle("unroll=True", "Leave unroll out.")
    if layer.cell.recurrent_dropout:
        setting = f"recurrent_dropout={layer.cell.recurrent_dropout}"
        yield Obstacle(setting, "Set recurrent_dropout=0; dropout of the inputs is fine.")
    elif layer.cell.dropout and getattr(layer.cell, "implementation", 2) == 1:
        yield Obstacle("implementation=1 with dropout", "Leave implementation out.")


def _of_activations(cell, gpu):
    for name in ("activation", "recurrent_activation"):
        activation = getattr(cell, name, None)
        fits = activation in _CUDNN_ACTIVATIONS if gpu else has_slope_at(activation)
        if hasattr(cell, name) and not fits:
            known = "tanh or relu" if gpu else "tanh, sigmoid, relu or linear"
            called = getattr(activation, "__name__", str(activation))
            yield Obstacle(f"{name}={called!r}", f"Use {name} {known}.")
