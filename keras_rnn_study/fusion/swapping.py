"""`fused`: a model's standard recurrent layers on faster loops."""

from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.fusion.cpu_loop import CpuLoop
from keras_rnn_study.fusion.cudnn_loop import CudnnLoop
from keras_rnn_study.fusion.eligibility import obstacles
from keras_rnn_study.fusion.inner_loop import fused_inner_loop
from keras_rnn_study.seams.names import recurrent_layers


def fused(model):
    """Puts standard recurrent layers on faster loops; a context manager, or until `undo`.

    On a CPU, SimpleRNN, LSTM and GRU run on a loop that XLA compiles, with hand-written gradients,
    or where that is faster, for a small LSTM, on TensorFlow's `BlockLSTMV2`.
    On a GPU, SimpleRNN runs on TensorFlow's cuDNN kernel, which Keras uses for LSTM and GRU only.
    Only the `inner_loop` of the layer objects is swapped: weights, config and saved files stay
    those of the standard layers, and results agree to rounding. A layer whose settings the fused
    loop does not cover stays on Keras' own, and so does a call with sequences of unknown length;
    `keras-rnn-study doctor` says which setting it is.

    The loop is compiled for each batch size and length, which takes a second or so: it pays for
    training, not for a handful of batches of ever new shapes.

    Args:
        model: A `keras.Model`: the one whose `fit`, `evaluate` or `predict` is called, as what it
            compiled before is made anew. It need not be compiled or built yet.

    Returns:
        `Fused`, with `layers`, the names of the layers on a faster loop, and `undo()`.

    Raises:
        ValueError: The model has no recurrent layer.

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
    return Fused(model)


class Fused:
    """What `fused` returns: the layers on a faster loop, and the way back.

    Attributes:
        layers: List of str, their names as `trace` has them.
    """

    def __init__(self, model):
        found = recurrent_layers(model)
        self._model = model
        self._before = [(model, "_jit_compile", model._jit_compile)]
        self.layers = [name for name, layer in found.items() if not obstacles(layer)]
        for name in self.layers:
            self._swap(found[name])
        self._forget_functions()

    def undo(self):
        """Puts the layers back on the loops that they had."""
        for thing, name, value in reversed(self._before):
            # Straight into the dictionary: Keras' __setattr__ is for what it should track.
            if value is None:
                vars(thing).pop(name, None)
            else:
                vars(thing)[name] = value
        self._before = []
        self._forget_functions()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.undo()

    def _swap(self, layer):
        if "inner_loop" in vars(layer):
            return  # fused already
        gpu = on_gpu()
        run = CudnnLoop(layer.cell) if gpu else CpuLoop(layer.cell)
        self._set(layer, "inner_loop", fused_inner_loop(layer, layer.inner_loop, run))
        if gpu:  # where Keras would compile the whole step with XLA, which has no cuDNN
            self._set(layer, "supports_jit", False)
            vars(self._model)["_jit_compile"] = False

    def _set(self, thing, name, value):
        self._before.append((thing, name, vars(thing).get(name)))
        vars(thing)[name] = value

    def _forget_functions(self):
        """Drops what Keras compiled with other loops; it is made anew when it is needed."""
        for name in ("train_function", "test_function", "predict_function"):
            setattr(self._model, name, None)
