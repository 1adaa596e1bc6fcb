"""Which inputs the answer depends on: the gradient by time step."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.dynamics.needed_loss import loss_of, values_are_checked
from keras_rnn_study.seams.keras_internals import all_layers, kept_losses
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.tracing.batch import Batch, to_batch
from keras_rnn_study.tracing.loss import Loss, checked_loss
from keras_rnn_study.tracing.model_call import predict
from keras_rnn_study.tracing.trace_function import frozen


@dataclass(frozen=True, eq=False, repr=False)
class Connectivity:
    """How much the loss depends on each time step's input. L carries its mean over the batch.

    Attributes:
        gradient: float64 (batch, time): |dL/dx_t|, over the features, or over the embedding of the
            token at that step. How much a small change there would matter.
        input_times_gradient: float64 (batch, time): sum over features of x_t dL/dx_t. Minus this
            is the first guess of what `occlusion` measures for a baseline of 0: how L would change
            if x_t were 0.
        share: float64 (batch, time): `gradient` over its sum over time, so that each sample's
            shares sum to 1; NaN where all of it is 0.
    """

    gradient: np.ndarray
    input_times_gradient: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """See the class."""
        with np.errstate(invalid="ignore"):
            return self.gradient / self.gradient.sum(axis=1, keepdims=True)

    def __repr__(self) -> str:
        batch, time = self.gradient.shape
        return f"Connectivity(batch={batch}, time={time}, strongest step {_strongest(self.share)})"


def connectivity(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    source: str | None = None,
    loss: Loss | None = None,
) -> Connectivity:
    """Find which time steps of the input the loss depends on.

    Differentiates the whole model, so that whatever lies between the input and the loss counts:
    both directions of a bidirectional layer, attention, paths around the recurrent layer.

    Args:
        model: A built `keras.Model`.
        x: One batch of inputs as `model.predict` takes them: floats (batch, time, features), or
            token ids or texts for an `Embedding`, where the gradient is that of the embedded token.
        y: Labels as `model.evaluate` takes them.
        source: Which sequence, for a model that has several: an `Embedding`'s name, or the name of
            an input or its position, such as `"input_0"`. Default: the only one.
        loss: As `trace` takes it; default: the compiled loss.

    Returns:
        `Connectivity`.

    Raises:
        ValueError: The model cannot be run on `x`, there is no loss, or `source` is left out where
            there are several sequences, or names none.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> model = keras.Sequential([keras.Input((20, 3)), keras.layers.GRU(4), keras.layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> found = dynamics.connectivity(model, np.ones((8, 20, 3)), np.ones((8, 1)))
    >>> found.gradient.shape, found.share.sum(axis=1).round(6).tolist()[0]
    ((8, 20), 1.0)
    """
    needs_tensorflow("dynamics")
    recurrent_layers(model)  # which says so if this is no built model that has one
    own = checked_loss(model, y, loss)
    batch = to_batch(x, y, None)

    def differentiate(batch: Batch) -> dict[str, tuple[tf.Tensor, tf.Tensor]]:
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape, kept_losses(model), frozen(model), _watched(model, batch.x, tape) as sequences:
            value = loss_of(model, batch, predict(model, batch.x), own)
        gradients = tape.gradient(value, sequences, unconnected_gradients="zero")
        return {
            name: (sequence, tf.convert_to_tensor(gradients[name]))
            for name, sequence in sequences.items()
        }

    with values_are_checked():
        found = tf.function(differentiate, autograph=False)(batch)
    values, gradient = (np.float64(part) for part in found[_chosen(model, found, source)])
    rest = tuple(range(2, gradient.ndim))
    return Connectivity(
        np.sqrt(np.sum(gradient**2, axis=rest)), np.sum(values * gradient, axis=rest)
    )


@contextlib.contextmanager
def _watched(model: keras.Model, x: Any, tape: tf.GradientTape) -> Iterator[dict[str, tf.Tensor]]:
    """Watch each sequence of floats that enters the model, and each that an Embedding makes.

    Yields:
        dict of name to tensor (batch, time, ...), filled while the model runs.
    """
    flat = x.items() if isinstance(x, dict) else enumerate(keras.tree.flatten(x))
    sequences = {
        key if isinstance(key, str) else f"input_{key}": part
        for key, part in flat
        if part is not None and part.dtype.is_floating and part.shape.rank >= 3
    }
    tape.watch(list(sequences.values()))
    with contextlib.ExitStack() as stack:
        for layer in all_layers(model):
            if isinstance(layer, keras.layers.Embedding):
                call = _watching(layer, tape, sequences)
                stack.enter_context(replaced(layer, "call", call))
        yield sequences


def _watching(
    layer: keras.layers.Embedding, tape: tf.GradientTape, sequences: dict[str, tf.Tensor]
) -> Any:
    own = layer.call

    def call(*args: Any, **keywords: Any) -> tf.Tensor:
        embedded = tf.identity(own(*args, **keywords))
        tape.watch(embedded)
        sequences[layer.name] = embedded
        return embedded

    return call


def _chosen(model: keras.Model, found: dict[str, Any], source: str | None) -> str:
    if source is None and len(found) == 1:
        return next(iter(found))
    if not found:
        raise ValueError(
            f"Model {model.name!r} received no sequence of floats, (batch, time, features), and "
            "has no Embedding that was called: there is nothing to differentiate with respect to."
        )
    if source is None:
        raise ValueError(
            f"Model {model.name!r} has {len(found)} sequences: {', '.join(map(repr, found))}. "
            f"Say which one, such as source={next(iter(found))!r}."
        )
    check_choice("source", source, found)
    return source


def _strongest(share: np.ndarray) -> str:
    """Say where the batch's mean share is largest."""
    mean = share.mean(axis=0)
    at = int(np.argmax(mean))
    return f"{at}: {mean[at]:.0%}"
