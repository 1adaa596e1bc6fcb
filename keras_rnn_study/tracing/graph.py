"""`trace`: everything measured in one pass over one batch."""

import inspect
import weakref

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.cells.equations import at_unmasked
from keras_rnn_study.seams.keras_internals import kept_losses
from keras_rnn_study.seams.names import recurrent_layers, select
from keras_rnn_study.tracing.backward import backpropagate
from keras_rnn_study.tracing.opening import opened
from keras_rnn_study.tracing.result import LayerTrace, Trace, activations, state_names


def trace(model, x, y=None, sample_weight=None, layers=None, gradients=True):
    """Looks inside the recurrent layers of a model, in one pass over one batch.

    Runs the model in inference mode (no dropout) and, where there are labels, backpropagates the
    compiled loss. A trace changes nothing: weights, states of stateful layers, optimizer, metrics,
    random seeds and the compiled training function are afterwards what they were before.

    The first trace of a model at a given batch shape builds a graph, which takes a second or so;
    later ones reuse it.

    Args:
        model: A built `keras.Model` with at least one recurrent layer: `SimpleRNN`, `LSTM`, `GRU`,
            `RNN(cell)`, `RNN([cells])`, `Bidirectional`, nested to any depth. Compiled, if
            gradients are wanted.
        x: Inputs as `model.predict` takes them: array (batch, time, features), or token ids
            (batch, time), or a list or dict of arrays.
        y: Labels as `model.evaluate` takes them. Without them `loss` and all gradients are `None`.
        sample_weight: Weights as `model.evaluate` takes them.
        layers: List of names of the recurrent layers to look into; default: all.
        gradients: If `False`, the backward pass is left out.

    Returns:
        `Trace`: the loss, and a `LayerTrace` for each recurrent layer in the order of the calls.

    Raises:
        ValueError: The model is not built, has no recurrent layer, or was not compiled though
            there are labels; `x` has another shape than the model takes; `x`, `y` and
            `sample_weight` differ in their number of samples; a name in `layers` does not exist;
            or a layer cannot be looked into.

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
    found = _checked_layers(model, layers)
    if y is not None and not model.compiled:
        raise ValueError(
            "Received labels, but the model is not compiled, so that it has no loss. "
            "Call `model.compile(loss=...)` first, or trace without `y`."
        )
    x, y, sample_weight = (_tensors(data) for data in (x, y, sample_weight))
    _check_shapes(model, x, y, sample_weight)
    function = _function(model, found, gradients and y is not None)
    with keras.StatelessScope():  # for what is made inside of the graph to be filled outside
        loss, tensors = function(x, y, sample_weight)
    return Trace(
        None if loss is None else float(loss),
        {name: _layer_trace(values, *function.loops[name]) for name, values in tensors.items()},
    )


def _checked_layers(model, wanted):
    if not getattr(model, "built", False):
        raise ValueError(
            "Received a model that is not built, so that it has no weights yet. "
            "Call it on a batch, give it an `Input`, or call `model.build(input_shape)` first."
        )
    found = recurrent_layers(model)
    if not found:
        raise ValueError(
            f"Model {model.name!r} has no recurrent layer. Expected at least one "
            "keras.layers.SimpleRNN, LSTM, GRU or RNN, also within other layers."
        )
    return {name: found[name] for name in select(list(found), found if wanted is None else wanted)}


def _tensors(data):
    """Arrays to tensors, floats as `keras.config.floatx()`, as `fit` converts them."""
    if data is None:
        return None

    def convert(array):
        tensor = tf.convert_to_tensor(array)
        return tf.cast(tensor, keras.config.floatx()) if tensor.dtype.is_floating else tensor

    if isinstance(data, list) and not any(hasattr(part, "shape") for part in data):
        return convert(data)  # nested numbers, not a list of inputs
    return keras.tree.map_structure(convert, data)


def _check_shapes(model, x, y, sample_weight):
    lengths = {
        name: {part.shape[0] if part.shape.rank else None for part in keras.tree.flatten(data)}
        for name, data in (("x", x), ("y", y), ("sample_weight", sample_weight))
        if data is not None
    }
    if len(set().union(*lengths.values())) != 1:
        raise ValueError(
            "x, y and sample_weight must have the same number of samples. Received: "
            + ", ".join(f"{name}: {sorted(map(str, n))}" for name, n in lengths.items())
            + ". Cut them to the same length."
        )
    expected = getattr(model, "inputs", None)
    received = keras.tree.flatten(x)
    if expected is None or isinstance(x, dict) or len(expected) != len(received):
        return  # Keras itself matches names and counts, and says so
    for spec, tensor in zip(expected, received, strict=True):
        if not tf.TensorShape(spec.shape).is_compatible_with(tensor.shape):
            raise ValueError(
                f"Received an input of shape {tuple(tensor.shape)}, but model {model.name!r} takes "
                f"{tuple(spec.shape)} (batch, time, ...). Give it a batch of the length and number "
                "of features that it was built for, or build it with `Input((None, features))`."
            )


_functions = (
    weakref.WeakKeyDictionary()
)  # model -> {what is measured: (what it rests on, function)}


def _function(model, layers, gradients):
    """The compiled trace of a model, made anew when the model was compiled or changed since."""
    rests_on = [model.loss if model.compiled else None, *model.metrics[:1], *model.layers]
    rests_on += layers.values()
    known = _functions.setdefault(model, {})
    key = (tuple(layers), gradients)
    before, function = known.get(key, ([], None))
    if len(before) != len(rests_on) or any(
        old is not new for old, new in zip(before, rests_on, strict=True)
    ):
        function = _TraceFunction(model, layers, gradients)
        known[key] = rests_on, function
    return function


class _TraceFunction:
    """One model's trace as a graph: `(x, y, sample_weight) -> (loss, tensors of each loop)`."""

    def __init__(self, model, layers, gradients):
        self.loops = {}  # name -> the names of its activations, whether it runs backwards
        # Weak, as this object is kept for as long as the model lives.
        self._model = weakref.ref(model)
        self._layers = layers
        self._gradients = gradients
        self._compiled = tf.function(self._trace, autograph=False)

    def __call__(self, x, y, sample_weight):
        return self._compiled(x, y, sample_weight)

    def _trace(self, x, y, sample_weight):
        model = self._model()
        scale = _loss_scale(model) if self._gradients else None
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            with opened(self._layers, tape) as calls, kept_losses(model), _frozen(model):
                prediction = _predict(model, x)
                loss = None if y is None else _loss(model, x, y, prediction, sample_weight)
            _check_called(self._layers, calls)
            scaled = loss if scale is None else loss * tf.cast(scale, loss.dtype)
        if self._gradients:
            backpropagate(scaled, calls, tape)
        tensors = {}
        for call in calls:
            for loop in call.loops:
                named = activations(loop.cell, loop.inside.gates)
                self.loops[loop.name] = named, call.layer.go_backwards
                tensors[loop.name] = _loop_tensors(call, loop, scale)
        return loss, tensors


def _check_called(layers, calls):
    missing = [name for name, layer in layers.items() if all(c.layer is not layer for c in calls)]
    if missing and not calls:
        raise ValueError(
            f"The model did not call the loop of {', '.join(map(repr, missing))}. Expected a "
            "direct call: a tf.function of the model's own that was traced before hides it. Remove "
            "the decorator from the model's `call`, or leave the layer out with `layers=[...]`."
        )


def _frozen(model):
    """Keras' own way to let nothing be assigned: states, seeds and metrics go into the scope."""
    # Within such a scope Keras looks for the weights of regularizers there, and only there.
    regularized = [v for v in model.trainable_variables if v.regularizer is not None]
    return keras.StatelessScope(
        [(v, v.value) for v in regularized], collect_losses=True, initialize_variables=False
    )


def _predict(model, x):
    has_training = "training" in inspect.signature(model.call).parameters
    return model(x, training=False) if has_training else model(x)


def _loss(model, x, y, prediction, sample_weight):
    arguments = {"x": x, "y": y, "y_pred": prediction, "sample_weight": sample_weight}
    if "training" in inspect.signature(model.compute_loss).parameters:
        arguments["training"] = False
    # Within a strategy Keras divides by the number of replicas, of which this is not one.
    return model.compute_loss(**arguments) * tf.distribute.get_strategy().num_replicas_in_sync


def _loss_scale(model):
    """What float16 training multiplies the loss with, so that small gradients stay above zero."""
    optimizer = model.optimizer
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer) and not getattr(
        optimizer, "loss_scale_factor", None
    ):
        return None
    return tf.cast(optimizer.scale_loss(tf.ones(())), tf.float32)


def _loop_tensors(call, loop, scale):
    """One loop's tensors, unscaled; time-major and in the order of the loop."""

    def gradient(tensor):
        return tensor if scale is None else tensor / tf.cast(scale, tensor.dtype)

    names = state_names(loop.cell, len(loop.inside.states))
    result = {
        "states": dict(zip(names, loop.inside.states, strict=True)),
        "gates": {
            name: at_unmasked(gate, call.mask, np.nan) for name, gate in loop.inside.gates.items()
        },
        "mask": call.mask,
    }
    if loop.gradients:
        totals = map(gradient, loop.gradients["states"])
        result["state_gradients"] = dict(zip(names, totals, strict=True))
        result["output_gradients"] = gradient(loop.gradients["outputs"])
        result["input_gradients"] = gradient(loop.gradients["inputs"])
    return result


def _layer_trace(tensors, activations, backwards):
    def array(tensor):
        if tensor is None:
            return None
        # float16 and bfloat16 are less than what is promised.
        small = tensor.dtype in (tf.float16, tf.bfloat16)
        # Shares the tensor's memory, where `numpy()` would copy megabytes; and so does the view
        # of it that is batch-major and in the order of the input.
        time_major = np.asarray(memoryview(tf.cast(tensor, tf.float32) if small else tensor))
        return np.swapaxes(time_major[::-1] if backwards else time_major, 0, 1)

    return LayerTrace(activations=activations, **keras.tree.map_structure(array, tensors))
