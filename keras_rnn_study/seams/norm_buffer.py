"""Where norms of training steps wait until somebody fetches them: a buffer per backend of Keras."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import keras
import numpy as np

Tensor = Any  # of whichever backend; under TensorFlow a sparse gradient too
Function = TypeVar("Function", bound=Callable[..., Any])


class NormBuffer(Protocol):
    """A ring of rows, (rows, columns) float64, that compiled training steps write to.

    Column 0 is the training step; a column that a row has no value for is NaN.
    """

    def norms(self, gradients: Sequence[Tensor], scale: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the norm of the whole, and that of each gradient, divided by `scale`."""

    def write(self, step: Tensor, values: dict[int, Tensor]) -> None:
        """Write one row: the training step, and values by column, at least one."""

    def written(self) -> int:
        """Return how many rows were ever written."""

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Return rows by their index, (len(rows), columns)."""


def norm_buffer(rows: int, columns: int) -> NormBuffer:
    """Return a buffer for the backend that Keras runs on.

    Raises:
        ValueError: It is none of those that train.
    """
    backend = keras.config.backend()
    if backend == "tensorflow":
        from keras_rnn_study.seams.norm_buffer_tensorflow import TensorFlowBuffer

        return TensorFlowBuffer(rows, columns)
    if backend == "jax":
        from keras_rnn_study.seams.norm_buffer_jax import JaxBuffer

        return JaxBuffer(rows, columns)
    if backend == "torch":
        from keras_rnn_study.seams.norm_buffer_torch import TorchBuffer

        return TorchBuffer(rows, columns)
    raise ValueError(
        f"Keras runs on {backend!r}, on which no gradients can be recorded. Set KERAS_BACKEND to "
        "'tensorflow', 'jax' or 'torch' before Keras is imported."
    )


def kept_as_it_is(function: Function) -> Function:
    """Return a function that TensorFlow's AutoGraph does not rewrite.

    In a step that is a `tf.function` of the user's it would, as if it were the user's code. Keras'
    own `apply` is not rewritten either.
    """
    if keras.config.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.autograph.experimental.do_not_convert(function)
