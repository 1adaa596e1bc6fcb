"""What keeps a recurrent layer off the cuDNN kernel that Keras itself has, for LSTM and GRU."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.obstacle import Obstacle

# Keras compares by identity: an equal function, such as a lambda, rules cuDNN out.
_TANH = (keras.activations.tanh, keras.ops.tanh, tf.tanh)
_SIGMOID = (keras.activations.sigmoid, keras.ops.sigmoid, tf.sigmoid)
NO_GPU = Obstacle("no GPU", "Run it on a machine with an NVIDIA GPU.")
_IN_XLA = Obstacle(
    "jit_compile=True, compiled before the layer was made",
    "Training fails, as XLA has no cuDNN. Compile again, without jit_compile=True.",
)
_INSTEAD_OF_CELL = {
    keras.layers.LSTMCell: "Use keras.layers.LSTM(...) instead of RNN(LSTMCell(...)).",
    keras.layers.GRUCell: "Use keras.layers.GRU(...) instead of RNN(GRUCell(...)).",
    keras.layers.SimpleRNNCell: "Keras has no cuDNN path for it; fused(model) has.",
    keras.layers.StackedRNNCells: "Write a layer for each cell: keras.layers.LSTM or GRU.",
}


def obstacles(
    layer: keras.layers.RNN, model: keras.Model | None = None, *, gpu: bool | None = None
) -> list[Obstacle]:
    """Return what keeps a layer off Keras' cuDNN kernel; where there is nothing, Keras takes it.

    The data type is none: the kernel is there for every one that a layer can compute in. Nor is a
    mask: Keras finds out as the model runs; see `masks.cudnn_note`.

    Args:
        layer: Any `keras.layers.RNN`.
        model: The `keras.Model` that the layer is in, if what it was compiled with should count.
        gpu: Whether to answer for a machine with a GPU; default: for this one.

    Returns:
        List of `Obstacle`. `"no GPU"` comes first, if that is one.

    Example:

    >>> import keras
    >>> layer = keras.layers.LSTM(8, activation="elu", unroll=True)
    >>> [obstacle.setting for obstacle in obstacles(layer, gpu=True)]
    ["activation='elu'", 'unroll=True']
    >>> obstacles(keras.layers.GRU(8), gpu=True)
    []
    """
    gpu = on_gpu() if gpu is None else gpu
    found = [] if gpu else [NO_GPU]
    if not has_cudnn_path(layer):
        return [*found, _of_other_layers(layer)]
    found += _of_settings(layer)
    if not found and model is not None and _is_in_xla(layer, model):
        found.append(_IN_XLA)
    return found


def has_cudnn_path(layer: keras.layers.RNN) -> bool:
    """Return whether Keras looks for cuDNN when the layer runs: in LSTM's and GRU's `inner_loop`.

    A subclass has the path unless it writes an `inner_loop` of its own.
    """
    return type(layer).inner_loop in (keras.layers.LSTM.inner_loop, keras.layers.GRU.inner_loop)


def fails(layer: keras.layers.RNN, found: Sequence[Obstacle]) -> bool:
    """Return whether Keras raises an error rather than run its standard loop.

    Args:
        layer: The layer.
        found: Its `obstacles`.
    """
    insists = has_cudnn_path(layer) and layer.use_cudnn is True
    return bool(found) and (insists or _IN_XLA in found)


def insisting_note(layer: keras.layers.RNN, found: Sequence[Obstacle]) -> str | None:
    """Say what `use_cudnn=True` does where there is an obstacle; `None` where it does no harm."""
    if not fails(layer, found) or layer.use_cudnn is not True:
        return None
    return (
        "use_cudnn=True makes Keras raise ValueError here, rather than run its standard loop. "
        'Leave use_cudnn at "auto".'
    )


def dropout_note(layer: keras.layers.RNN) -> str | None:
    """Say where Keras' LSTM and GRU fail to train: `dropout` with `implementation=1`."""
    looks_for_cudnn = has_cudnn_path(layer) and layer.use_cudnn and not layer.recurrent_dropout
    if not (looks_for_cudnn and layer.dropout and layer.cell.implementation == 1):
        return None
    return (
        f"Keras cannot train it, on any machine: with implementation=1 and "
        f"dropout={layer.dropout:g} it stumbles on the way to cuDNN. Leave implementation out, or "
        "pass use_cudnn=False."
    )


def jit_note(layer: keras.layers.RNN, model: keras.Model) -> str | None:
    """Say what becomes of `jit_compile=True` on a GPU with this layer; `None` if nothing does.

    It does not change the layer's kernel. Keras decides when the layer is made, and does not look
    at `recurrent_dropout` then: it gives up XLA for a layer that this keeps off cuDNN, too.
    """
    # What `compile` was told, whatever Keras made of it.
    asked = model.compiled and model.get_compile_config().get("jit_compile")
    if not asked or not has_cudnn_path(layer) or _of_arguments(layer) or _is_in_xla(layer, model):
        return None
    return (
        "jit_compile=True is in vain on a GPU: for this layer's sake Keras warns and trains the "
        "whole model without XLA. For XLA instead of cuDNN pass use_cudnn=False to the layer."
    )


def _is_in_xla(layer: keras.layers.RNN, model: keras.Model) -> bool:
    """Return whether Keras compiles a step with cuDNN in it: `compile` did not meet the layer."""
    # Reading jit_compile of a model that is not compiled would settle the value for good.
    return model.compiled and model.jit_compile and not layer.supports_jit


def _of_settings(layer: keras.layers.RNN) -> list[Obstacle]:
    """Return the obstacles in an LSTM or GRU itself."""
    if not layer.recurrent_dropout:
        return _of_arguments(layer)
    setting = f"recurrent_dropout={layer.recurrent_dropout:g}"
    remedy = "Set recurrent_dropout=0; dropout, of the inputs, is fine."
    return [Obstacle(setting, remedy), *_of_arguments(layer)]


def _of_arguments(layer: keras.layers.RNN) -> list[Obstacle]:
    """Return those that Keras looks at when the layer is made."""
    found = []
    if layer.use_cudnn is False:
        found.append(Obstacle("use_cudnn=False", 'Leave use_cudnn at "auto".'))
    for name, function, needed in (
        ("activation", layer.activation, _TANH),
        ("recurrent_activation", layer.recurrent_activation, _SIGMOID),
    ):
        if function not in needed:
            called = getattr(function, "__name__", type(function).__name__)
            remedy = f'Leave {name} at "{needed[0].__name__}".'
            found.append(Obstacle(f"{name}={called!r}", remedy))
    if layer.unroll:
        found.append(Obstacle("unroll=True", "Leave unroll out."))
    if not layer.use_bias:
        found.append(Obstacle("use_bias=False", "Leave use_bias out; the bias starts at zero."))
    if not getattr(layer.cell, "reset_after", True):
        remedy = "Leave reset_after out; it is another equation, so train anew."
        found.append(Obstacle("reset_after=False", remedy))
    return found


def _of_other_layers(layer: keras.layers.RNN) -> Obstacle:
    """Say why a layer that is neither LSTM nor GRU has no cuDNN path."""
    kind = type(layer)
    if kind is keras.layers.RNN:
        what = f"RNN({type(layer.cell).__name__})"
        remedy = _INSTEAD_OF_CELL.get(type(layer.cell), "cuDNN has LSTM and GRU only.")
        return Obstacle(what, remedy)
    if kind is keras.layers.SimpleRNN:
        return Obstacle("SimpleRNN", _INSTEAD_OF_CELL[keras.layers.SimpleRNNCell])
    if isinstance(layer, keras.layers.LSTM | keras.layers.GRU):
        remedy = "Leave the loop to keras.layers.LSTM or GRU."
        return Obstacle(f"{kind.__name__} has its own inner_loop", remedy)
    return Obstacle(kind.__name__, "Keras has a cuDNN path for keras.layers.LSTM and GRU only.")
