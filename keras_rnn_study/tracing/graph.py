"""`trace`: everything measured in one pass over one batch."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.seams.names import recurrent_layers, select
from keras_rnn_study.tracing.batch import Batch, reason, to_batch
from keras_rnn_study.tracing.loss import Loss, checked_loss, loss_scale
from keras_rnn_study.tracing.result import LayerTrace, Trace
from keras_rnn_study.tracing.tensors import loop_tensors
from keras_rnn_study.tracing.trace_function import Looked, TraceFunction, trace_function

Made = TypeVar("Made")

_WITHOUT_TIME = {"initial_states", "final_state_gradients", "tallies"}
_SMALLEST_SCALE = 2.0**-24  # float16's smallest number


def trace(
    model: keras.Model,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    layers: Iterable[str] | None = None,
    gradients: bool = True,
    *,
    loss: Loss | None = None,
) -> Trace:
    """Look inside the recurrent layers of a model, in one pass over one batch.

    Run the model in inference mode (no dropout) and, where there is a loss, backpropagate it. A
    trace changes nothing: weights, states of stateful layers, optimizer, metrics, random seeds and
    the compiled training function are afterwards what they were before.

    The first trace of a model at a given batch shape builds a graph, which takes a second or so;
    later ones reuse it, as long as neither `compile` was called nor a layer's settings changed.

    Args:
        model: A built `keras.Model` with at least one recurrent layer: `SimpleRNN`, `LSTM`, `GRU`,
            `RNN(cell)`, `RNN([cells])`, `Bidirectional`, nested to any depth. Compiled, if
            gradients are wanted.
        x: One batch of inputs as `model.evaluate` takes them: array (batch, time, features), or
            token ids (batch, time), or texts, or a list or dict of arrays.
        y: Labels as `model.evaluate` takes them. A model whose layers add their loss by `add_loss`
            needs none. Where there is no loss, `loss` and all gradients are `None`.
        sample_weight: Weights as `model.evaluate` takes them.
        layers: List of names of the recurrent layers to look into; default: all.
        gradients: If `False`, the backward pass is left out.
        loss: What `compile` takes as one loss: a function of (y, y_pred) that returns a scalar or
            one number per sample, a `keras.losses.Loss`, or a name such as `"mse"`. It takes the
            place of the compiled loss and of what layers add; for a model whose `train_step`
            computes a loss itself.

    Returns:
        `Trace`: the loss, and a `LayerTrace` for each recurrent layer in the order of the calls.

    Raises:
        ValueError: The model is not built, has no recurrent layer, cannot be run on `x`, or has no
            loss though there are labels; `x`, `y` and `sample_weight` differ in their number of
            samples; a name in `layers` does not exist; or a layer cannot be looked into.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import trace
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(loss="mse")
    >>> t = trace(model, np.ones((8, 20, 3)), np.zeros((8, 1)))
    >>> list(t), t["lstm"].state_gradients["h"].shape, sorted(t["lstm"].gates)
    (['lstm'], (8, 20, 4), ['candidate', 'forget', 'input', 'output'])

    Reference:
        Backpropagation through time: Werbos, 1990, https://doi.org/10.1109/5.58337
    """
    batch = x, y, sample_weight
    return Trace(*look(model, batch, layers, gradients, loss, loop_tensors, LayerTrace))


def look(
    model: keras.Model,
    batch: tuple[Any, Any, Any],
    layers: Iterable[str] | None,
    gradients: bool,
    loss: Loss | None,
    looked: Looked,
    made: Callable[..., Made],
) -> tuple[float | None, dict[str, Made]]:
    """Look inside, and bring back what `looked` makes of each loop.

    Args:
        model: See `trace`.
        batch: `x`, `y` and `sample_weight`; see `trace`.
        layers: See `trace`.
        gradients: See `trace`.
        loss: See `trace`.
        looked: What leaves the graph; hashable, as the graph is kept by it.
        made: What is made of its arrays, by name.

    Returns:
        Tuple `(loss, layers)`.
    """
    needs_tensorflow("trace")
    found = _checked_layers(model, layers)
    if not isinstance(gradients, bool):
        raise ValueError(f"Received gradients={gradients!r}. Expected True or False.")
    x, y, _ = batch
    own_loss = checked_loss(model, y, loss)
    tensors = to_batch(*batch)
    _check_number_of_inputs(model, x)
    function = trace_function(model, found, own_loss, gradients, looked)
    value, inside = _run(function, tensors, loss_scale(model) if gradients else None)
    return (
        None if value is None else float(value),
        {name: _layer(made, values, *function.loops[name]) for name, values in inside.items()},
    )


def _checked_layers(
    model: keras.Model, wanted: Iterable[str] | None
) -> dict[str, keras.layers.RNN]:
    found = recurrent_layers(model)
    if type(model).call is keras.Model.call:
        raise ValueError(
            f"Model {model.name!r} has no `call`, so that it cannot be run as a whole. Look at the "
            "part of it that has the recurrent layer, such as `trace(model.generator, ...)`."
        )
    if not model.built:
        raise ValueError(
            "Received a model that is not built, so that it has no weights yet. "
            "Call it on a batch, give it an `Input`, or call `model.build(input_shape)` first."
        )
    return {name: found[name] for name in select(list(found), found if wanted is None else wanted)}


def _check_number_of_inputs(model: keras.Model, x: Any) -> None:
    """Refuse more inputs than there are: Keras leaves out the last, with a warning."""
    inputs = getattr(model, "inputs", None)
    if inputs and isinstance(x, tuple) and len(x) > len(inputs):
        raise ValueError(
            f"Received a tuple of {len(x)} as `x`, but model {model.name!r} has {len(inputs)} "
            "input(s). Expected labels apart: trace(model, x, y)."
        )


def _run(
    function: TraceFunction, batch: Batch, scale: float | None
) -> tuple[tf.Tensor | None, dict[str, dict[str, Any]]]:
    """Run; where float16 overflows under the loss scale, with half of it, as training would."""
    while True:
        try:
            with keras.StatelessScope():  # what the graph makes is filled outside of it
                loss, tensors = function(batch, scale)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            raise ValueError(
                f"The model cannot be run on this batch: {reason(error)}. Expected values that it "
                "can take: token ids below the Embedding's `input_dim`, numbers for labels."
            ) from error
        if scale is None or scale <= _SMALLEST_SCALE or not _overflowed(loss, tensors):
            return loss, tensors
        scale /= 2


def _overflowed(loss: tf.Tensor | None, tensors: dict[str, dict[str, Any]]) -> bool:
    """Return whether gradients are not finite though the loss is."""
    if loss is None or not np.isfinite(loss):
        return False
    found = [part for layer in tensors.values() for part in (layer, layer.get("norms", {}))]
    gradients = [part[name] for part in found for name in part if "gradient" in name]
    return not all(np.isfinite(gradient).all() for gradient in keras.tree.flatten(gradients))


def _layer(
    made: Callable[..., Made],
    tensors: dict[str, Any],
    activations: dict[str, str],
    backwards: bool,
) -> Made:
    def array(tensor: tf.Tensor | None) -> np.ndarray | None:
        if tensor is None:
            return None
        # float16 and bfloat16 are less than what is promised.
        small = tensor.dtype in (tf.float16, tf.bfloat16)
        # Shares the tensor's memory, where `numpy()` would copy megabytes.
        return np.asarray(memoryview(tf.cast(tensor, tf.float32) if small else tensor))

    def over_time(time_major: np.ndarray | None) -> np.ndarray | None:
        """Return a view that is batch-major and in the order of the input."""
        if time_major is None:
            return None
        return np.swapaxes(time_major[::-1] if backwards else time_major, 0, 1)

    arrays = keras.tree.map_structure(array, tensors)
    for name in arrays.keys() - _WITHOUT_TIME:
        arrays[name] = keras.tree.map_structure(over_time, arrays[name])
    return made(activations=activations, **arrays)
