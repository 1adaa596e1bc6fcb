"""One model's trace as a graph, kept as long as the model is what it was built of."""

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import all_layers, kept_losses
from keras_rnn_study.tracing.backward import backpropagate
from keras_rnn_study.tracing.batch import Batch, reason, shapes
from keras_rnn_study.tracing.loss import NoLossError, batch_loss
from keras_rnn_study.tracing.model_call import predict
from keras_rnn_study.tracing.opening import Call, Loop, opened
from keras_rnn_study.tracing.result import activations

_functions: "weakref.WeakKeyDictionary[keras.Model, dict[Any, Any]]" = (
    weakref.WeakKeyDictionary()
)  # model -> {what is measured: (what it rests on, function)}
_PLAIN = bool | int | float | str
Looked: TypeAlias = Callable[[Call, Loop, tf.Tensor | None], dict[str, Any]]
"""What leaves the graph of a loop, from its call, itself, and the scale of the loss."""

_MOVED_BY_TRAINING = {"built", "stop_training", "stop_evaluating"}


class TraceFunction:
    """A trace as a graph: `(batch, loss scale) -> (loss, tensors of each loop)`."""

    def __init__(
        self,
        model: keras.Model,
        layers: Mapping[str, keras.layers.RNN],
        loss: Callable[..., Any] | None,
        gradients: bool,
        looked: Looked,
    ) -> None:
        # name -> the names of its activations, whether it runs backwards
        self.loops: dict[str, tuple[dict[str, str], bool]] = {}
        # Weak, as this object is kept for as long as the model lives.
        self._model = weakref.ref(model)
        self._layers = layers
        self._loss = loss
        self._gradients, self._looked = gradients, looked
        self._compiled = tf.function(self._trace, autograph=False)

    def __call__(
        self, batch: Batch, scale: float | None
    ) -> tuple[tf.Tensor | None, dict[str, dict[str, Any]]]:
        """Run; see the class."""
        return self._compiled(batch, None if scale is None else tf.constant(scale))

    def _trace(
        self, batch: Batch, scale: tf.Tensor | None
    ) -> tuple[tf.Tensor | None, dict[str, dict[str, Any]]]:
        model = self._model()
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            with opened(self._layers, tape) as calls, kept_losses(model), frozen(model):
                loss = self._forward(model, batch)
            _check_called(self._layers, calls)
            scaled = loss
            if loss is not None and scale is not None:
                scaled = loss * tf.cast(scale, loss.dtype)
        if self._gradients and scaled is not None:
            backpropagate(scaled, calls, tape)
        tensors = {}
        for call in calls:
            for loop in call.loops:
                named = activations(loop.cell, loop.parts[0].gates)
                self.loops[loop.name] = named, call.layer.go_backwards
                tensors[loop.name] = self._looked(call, loop, scale)
        return loss, tensors

    def _forward(self, model: keras.Model, batch: Batch) -> tf.Tensor | None:
        prediction = predict(model, batch.x)
        try:
            return batch_loss(model, batch, prediction, self._loss)
        except NoLossError:
            raise
        except Exception as error:
            raise ValueError(
                f"The loss of model {model.name!r} cannot be computed from labels of shape "
                f"{shapes(batch.y)} and an output of shape {shapes(prediction)}: {reason(error)}. "
                "Give it labels and weights as `model.evaluate` takes them."
            ) from error


def trace_function(
    model: keras.Model,
    layers: Mapping[str, keras.layers.RNN],
    loss: Callable[..., Any] | None,
    gradients: bool,
    looked: Looked,
) -> TraceFunction:
    """Return the model's trace function, made anew when it was compiled or changed since."""
    rests_on = list(_rests_on(model, layers, loss))
    known = _functions.setdefault(model, {})
    key = (tuple(layers), gradients, looked)
    before, function = known.get(key, ([], None))
    if function is None or len(before) != len(rests_on) or not all(map(_same, before, rests_on)):
        function = TraceFunction(model, layers, loss, gradients, looked)
        known[key] = rests_on, function
    return function


def _rests_on(
    model: keras.Model,
    layers: Mapping[str, keras.layers.RNN],
    loss: Callable[..., Any] | None,
) -> Iterator[Any]:
    """Yield what is built into the graph, and would be stale there when it changed."""
    yield from (loss, model.loss if model.compiled else None, *model.metrics[:1])
    yield from _settings(model)
    for layer in (*all_layers(model)[1:], *(layer.cell for layer in layers.values())):
        yield layer
        yield from _settings(layer)


def _settings(layer: Any) -> Iterator[Any]:
    """Yield a layer's public attributes that are plain values or functions, such as activations.

    Layers come by themselves. Of a model there are plain values only, as the functions that Keras
    compiles for it hold the model, which must not be kept alive.
    """
    for name, value in vars(layer).items():
        if name.startswith("_") or name in _MOVED_BY_TRAINING or isinstance(value, keras.Layer):
            continue
        is_function = value is None or callable(value)
        if isinstance(value, _PLAIN) or (is_function and not isinstance(layer, keras.Model)):
            yield name
            yield value
    yield getattr(layer, "trainable", None)


def _same(old: Any, new: Any) -> bool:
    return old is new or (type(old) is type(new) and isinstance(old, _PLAIN) and old == new)


def _check_called(layers: Mapping[str, keras.layers.RNN], calls: list[Call]) -> None:
    missing = [name for name, layer in layers.items() if all(c.layer is not layer for c in calls)]
    if missing and not calls:
        raise ValueError(
            f"The model did not call the loop of {', '.join(map(repr, missing))}. Expected a "
            "direct call: a tf.function of the model's own that was traced before hides it. Remove "
            "the decorator from the model's `call`, or leave the layer out with `layers=[...]`."
        )


def frozen(model: keras.Model) -> keras.StatelessScope:
    """Keep all from being assigned, by Keras' own way: states, seeds, metrics go into the scope."""
    # Within such a scope Keras looks for the weights of regularizers there, and only there.
    regularized = [v for v in model.trainable_variables if v.regularizer is not None]
    return keras.StatelessScope(
        [(v, v.value) for v in regularized], collect_losses=True, initialize_variables=False
    )
