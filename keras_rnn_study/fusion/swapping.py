"""`fused`: a model's standard recurrent layers on faster loops."""

from typing import NoReturn

import keras

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.cpu_loop import cpu_loop
from keras_rnn_study.fusion.cudnn_loop import cudnn_loop
from keras_rnn_study.fusion.fused_obstacles import in_settings, obstacles
from keras_rnn_study.fusion.inner_loop import FusedInnerLoop
from keras_rnn_study.seams.keras_internals import JIT_COMPILE
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.seams.replaced import Replacement

# Falsy, but not the `False` that `compile` or a user may put there meanwhile.
_NO_XLA = 0


def fused(model: keras.Model) -> "Fused":
    """Put standard recurrent layers on faster loops; a context manager, or until `undo`.

    On a CPU, SimpleRNN, LSTM and GRU run on a loop that XLA compiles, with hand-written gradients,
    or where that is faster, for a small LSTM, on TensorFlow's `BlockLSTMV2`.
    On a GPU, SimpleRNN runs on TensorFlow's cuDNN kernel, which Keras uses for LSTM and GRU only.
    Only the `inner_loop` of the layer objects is swapped: weights, config and saved files stay
    those of the standard layers, and results agree to rounding. A layer whose settings the fused
    loop does not cover stays on Keras' own; `unfused` says which setting it is, and
    `keras-rnn-study doctor` also how to change it.

    XLA compiles for each batch size and length, which takes a second or so: it pays for training,
    not for a handful of batches of ever new shapes. Sequences of many lengths, where the model does
    not fix one, are padded within the loop to a few: two in each doubling.

    The gradients are first derivatives. Differentiating them again, as a gradient penalty does,
    raises an error: leave such a model to Keras' own loops.

    Args:
        model: A `keras.Model`: the one whose `fit`, `evaluate` or `predict` is called, as what it
            compiled before is compiled again. It need not be compiled or built yet.

    Returns:
        `Fused`, with `layers`, the names of the layers on a faster loop, and `undo()`.

    Raises:
        ValueError: It is no `keras.Model`, or has no recurrent layer.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import fused
    >>> model = keras.Sequential([keras.Input((20, 3)), keras.layers.LSTM(4, name="lstm")])
    >>> model.compile("adam", loss="mse")
    >>> with fused(model) as swapped:
    ...     _ = model.fit(np.ones((8, 20, 3)), np.ones((8, 4)), verbose=0)
    >>> swapped.layers
    ['lstm']

    Or, for good:

    >>> swapped = fused(model)
    """
    needs_tensorflow("fused")
    return Fused(model)


class Fused:
    """What `fused` returns: the layers on a faster loop, and the way back.

    Attributes:
        layers: List of str, their names as `trace` has them.
        unfused: dict of the names of the other recurrent layers, which stay on Keras' own loop, to
            what keeps them there, a list of str such as `"unroll=True"`.
    """

    def __init__(self, model: keras.Model) -> None:
        found = recurrent_layers(model)
        kept = {name: [each.setting for each in obstacles(layer)] for name, layer in found.items()}
        self.layers = [name for name in found if not kept[name]]
        self.unfused = {name: settings for name, settings in kept.items() if settings}
        self._model = model
        self._replacements = [
            replacement for name in self.layers for replacement in _swap(found[name])
        ]
        if self._replacements and on_gpu():  # Keras would compile the whole step: XLA has no cuDNN
            self._replacements.append(Replacement(model, JIT_COMPILE, _NO_XLA))
        self._forget_functions()

    def undo(self) -> None:
        """Put the layers back on the loops that they had; what others set meanwhile stays."""
        if not self._replacements:
            return
        for replacement in reversed(self._replacements):
            replacement.restore()
        self._replacements = []
        if on_gpu():
            _resolve_jit_compile(self._model)
        self._forget_functions()

    def __enter__(self) -> "Fused":
        return self

    def __exit__(self, *error: object) -> None:
        self.undo()

    def __repr__(self) -> str:
        return f"Fused(layers={self.layers}, unfused={self.unfused})"

    def __getattr__(self, name: str) -> NoReturn:
        message = f"{type(self).__name__!r} object has no attribute {name!r}."
        if hasattr(keras.Model, name):
            message += (
                " fused(model) returns no model, but changes the one that it was given: write "
                f"`swapped = fused(model)`, and call model.{name} as before."
            )
        raise AttributeError(message)

    def _forget_functions(self) -> None:
        """Drop what Keras compiled with other loops: it is compiled again when it is needed."""
        for name in ("train_function", "test_function", "predict_function"):
            setattr(self._model, name, None)


def _swap(layer: keras.layers.RNN) -> list[Replacement]:
    """Return what was replaced: nothing in a layer that is fused already."""
    if "inner_loop" in vars(layer):
        return []
    gpu = on_gpu()
    run = cudnn_loop(layer.cell) if gpu else cpu_loop(layer.cell)
    swapped = [Replacement(layer, "inner_loop", FusedInnerLoop(layer, run, in_settings))]
    # Else Keras would compile the layer with XLA, which has no cuDNN.
    return [*swapped, Replacement(layer, "supports_jit", False)] if gpu else swapped


def _resolve_jit_compile(model: keras.Model) -> None:
    """Have Keras decide again what it decided in a `compile` while no XLA was possible."""
    asked = model.get_compile_config().get("jit_compile") if model.compiled else None
    if asked and vars(model)[JIT_COMPILE] is False:
        vars(model)[JIT_COMPILE] = None if asked == "auto" else asked
