"""What tests need of Keras' and TensorFlow's private parts; the only place that names them.

`keras_rnn` is Keras' module with its cuDNN paths: tests count calls of `_cudnn_lstm` and pretend a
GPU with `_is_gpu_available`, as no public name tells which kernel a layer took.
"""

import contextlib
import importlib
from collections.abc import Iterator

# `import keras.src.backend.tensorflow.rnn as rnn` would give the function of that name.
keras_rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")


@contextlib.contextmanager
def custom_gradients_forgotten() -> Iterator[None]:
    """Let go afterwards of the graphs that TensorFlow keeps for custom gradients made meanwhile.

    It registers each for good and holds the graph around it, 12 MB for an LSTM's fit, and no public
    function takes one out. Without it a worker grows beyond 4 GB; no result depends on it.
    """
    from tensorflow.python.framework import ops

    registered = ops.gradient_registry._registry
    before = set(registered)
    yield
    for name in set(registered) - before:
        if name.startswith("CustomGradient"):
            del registered[name]
