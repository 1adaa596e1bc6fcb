"""Keras' private module with its cuDNN paths; the only place that names it.

Tests count calls of `_cudnn_lstm` and pretend a GPU with `_is_gpu_available`: no public name tells
which kernel a layer took.
"""

import importlib

# `import keras.src.backend.tensorflow.rnn as rnn` would give the function of that name.
keras_rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")
