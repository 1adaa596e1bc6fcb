"""What keeps a recurrent layer on Keras' own loop."""

from collections.abc import Iterator

import keras

from keras_rnn_study.cells.activation import has_slope_at
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.inner_loop import FusedInnerLoop
from keras_rnn_study.fusion.obstacle import Obstacle

_LAYERS = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU, keras.layers.RNN)
_CELLS = (keras.layers.SimpleRNNCell, keras.layers.LSTMCell, keras.layers.GRUCell)
_CUDNN_ACTIVATIONS = (keras.activations.tanh, keras.activations.relu)


def obstacles(layer: keras.layers.RNN, gpu: bool | None = None) -> list[Obstacle]:
    """Return what keeps a layer from being fused; where there is nothing, `fused` swaps its loop.

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
    own = vars(layer).get("inner_loop")
    if own is not None and not isinstance(own, FusedInnerLoop):
        remedy = "Put the layer's own inner_loop back: del layer.inner_loop."
        return [Obstacle("somebody replaced its inner_loop", remedy)]
    return in_settings(layer, gpu)


def in_settings(layer: keras.layers.RNN, gpu: bool | None = None) -> list[Obstacle]:
    """Return the obstacles in how a layer is set up; see `obstacles`."""
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


def _of_the_loop(layer: keras.layers.RNN) -> Iterator[Obstacle]:
    if layer.unroll:
        yield Obstacle("unroll=True", "Leave unroll out.")
    if layer.cell.recurrent_dropout:
        setting = f"recurrent_dropout={layer.cell.recurrent_dropout}"
        yield Obstacle(setting, "Set recurrent_dropout=0; dropout of the inputs is fine.")
    elif layer.cell.dropout and getattr(layer.cell, "implementation", 2) == 1:
        yield Obstacle("implementation=1 with dropout", "Leave implementation out.")


def _of_activations(cell: keras.layers.Layer, gpu: bool) -> Iterator[Obstacle]:
    for name in ("activation", "recurrent_activation"):
        activation = getattr(cell, name, None)
        fits = activation in _CUDNN_ACTIVATIONS if gpu else has_slope_at(activation)
        if hasattr(cell, name) and not fits:
            known = "tanh or relu" if gpu else "tanh, sigmoid, relu or linear"
            called = getattr(activation, "__name__", str(activation))
            yield Obstacle(f"{name}={called!r}", f"Use {name} {known}.")
