"""A few real updates on copies of the weights: what training would do, and nothing changes."""

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.diagnosis.layer_outputs import heard_outputs
from keras_rnn_study.diagnosis.rehearsed import Rehearsal
from keras_rnn_study.seams.keras_internals import clipped, kept_losses
from keras_rnn_study.seams.names import recurrent_layers, weight_names
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.tracing.batch import Batch
from keras_rnn_study.tracing.loss import batch_loss

UPDATES = 6


class CannotRehearseError(ValueError):
    """The training of a model that cannot be tried on copies of its weights."""


def rehearse(model: keras.Model, batch: Batch, updates: int = UPDATES) -> Rehearsal:
    """Train copies of a model's weights on one batch, by a copy of its optimizer.

    The model, its optimizer, its states and the random seeds stay as they are: Keras' own
    stateless scope puts the copies in the weights' place while the graph is built.

    Args:
        model: A compiled and built model.
        batch: One batch.
        updates: How many.

    Raises:
        CannotRehearseError: The optimizer cannot be copied, or scales the loss.
    """
    names = [weight_names(model).get(id(v), v.name) for v in model.trainable_variables]
    # By way of NumPy, as a Keras variable that is given a tf.Variable would take it for its own.
    weights = [
        keras.Variable(v.numpy(), dtype=v.dtype, name=v.name) for v in model.trainable_variables
    ]
    step = _Step(model, batch, weights, copied_optimizer(model, weights))
    records = []
    before = [weight.numpy() for weight in weights]
    for _ in range(updates):
        record = step()
        after = [weight.numpy() for weight in weights]
        record["moved"] = [_relative(*pair) for pair in zip(before, after, strict=True)]
        records.append(record)
        before = after
    return _result(names, weights, step, records)


class _Step:
    """One training step as a graph; the weights' copies are what it moves."""

    def __init__(
        self,
        model: keras.Model,
        batch: Batch,
        weights: list[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
    ) -> None:
        self._model, self._batch = model, batch
        self._weights, self._optimizer = weights, optimizer
        self._others = [tf.Variable(v.value) for v in model.non_trainable_variables]
        self.missing: list[bool] = []
        # Called as what was built: TensorFlow warns of functions that are made again and again.
        self._compiled = tf.function(self._update, autograph=False).get_concrete_function()

    def __call__(self) -> dict[str, Any]:
        return dict(self._compiled())

    def _update(self) -> dict[str, Any]:
        model, copies = self._model, [weight.value for weight in self._weights]
        with tf.GradientTape() as tape:
            mapping = [
                *zip(model.trainable_variables, map(tf.convert_to_tensor, copies), strict=True),
                *zip(model.non_trainable_variables, map(tf.identity, self._others), strict=True),
            ]
            scope = keras.StatelessScope(mapping, collect_losses=True, initialize_variables=False)
            listening = _heard(recurrent_layers(model), tape)
            with kept_losses(model), scope, listening as sequences, heard_outputs(model) as outputs:
                has_training = "training" in inspect.signature(model.call).parameters
                x = self._batch.x
                prediction = model(x, training=True) if has_training else model(x)
                loss = batch_loss(model, self._batch, prediction, None)
        heard = {name: tensor for name, tensor in sequences.items() if tensor.dtype.is_floating}
        of_weights, of_inputs = tape.gradient(loss, (copies, heard))
        self.missing = [gradient is None for gradient in of_weights]
        gradients = [
            tf.zeros_like(copy) if gradient is None else tf.convert_to_tensor(gradient)
            for gradient, copy in zip(of_weights, copies, strict=True)
        ]
        record = {
            "loss": loss,
            "gradients": tf.stack([tf.norm(tf.cast(g, tf.float64)) for g in gradients]),
            "clipped": _norm(clipped(self._optimizer, gradients)),
            "inputs": {n: _by_step(g) for n, g in of_inputs.items() if g is not None},
            "sequences": heard,
            "sizes": {name: _size(output) for name, output in outputs.items()},
        }
        self._optimizer.apply(gradients, self._weights)
        for other, variable in zip(self._others, model.non_trainable_variables, strict=True):
            other.assign(scope.get_current_value(variable))
        return record


@contextlib.contextmanager
def _heard(
    layers: Mapping[str, keras.layers.RNN], tape: tf.GradientTape
) -> Iterator[dict[str, tf.Tensor]]:
    """Yield the sequence that went into each layer's first call, as the tape knows it."""
    heard: dict[str, tf.Tensor] = {}

    def listening(name: str, layer: keras.layers.RNN) -> Any:
        own = layer.inner_loop

        def loop(sequences: Any, *rest: Any, **options: Any) -> Any:
            if tf.is_tensor(sequences) and name not in heard:
                sequences = heard[name] = tf.identity(sequences)
                tape.watch(sequences)
            return own(sequences, *rest, **options)

        return loop

    with contextlib.ExitStack() as stack:
        for name, layer in layers.items():
            stack.enter_context(replaced(layer, "inner_loop", listening(name, layer)))
        yield heard


def copied_optimizer(
    model: keras.Model, weights: list[keras.Variable]
) -> keras.optimizers.Optimizer:
    """Return another optimizer like the model's, in the same state, for other variables.

    Raises:
        CannotRehearseError: It cannot be copied, or scales the loss.
    """
    optimizer = model.optimizer
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scales or getattr(optimizer, "loss_scale_factor", None):
        raise CannotRehearseError("the optimizer scales the loss, as float16 training needs")
    copy = type(optimizer).from_config(optimizer.get_config())
    copy.build(weights)
    if optimizer.built:
        if len(copy.variables) != len(optimizer.variables):
            raise CannotRehearseError("the optimizer was built on other weights than the model has")
        for mine, theirs in zip(copy.variables, optimizer.variables, strict=True):
            mine.assign(theirs)
    return copy


def _size(tensor: tf.Tensor) -> tf.Tensor:
    """Return the largest absolute value; infinity where some are no numbers."""
    sizes = tf.where(tf.math.is_finite(tensor), tf.abs(tensor), tensor.dtype.max)
    largest = tf.cast(tf.reduce_max(sizes), tf.float64)
    return tf.where(tf.reduce_all(tf.math.is_finite(tensor)), largest, np.inf)


def _norm(tensors: list[tf.Tensor]) -> tf.Tensor:
    return tf.linalg.global_norm([tf.cast(tensor, tf.float64) for tensor in tensors])


def _by_step(gradient: tf.Tensor) -> tf.Tensor:
    """Return the mean over the batch of the norm at each time step: (time,)."""
    rows = tf.reshape(gradient, [tf.shape(gradient)[0], tf.shape(gradient)[1], -1])
    return tf.reduce_mean(tf.norm(tf.cast(rows, tf.float64), axis=-1), axis=0)


def _relative(before: np.ndarray, after: np.ndarray) -> float:
    """Return the length of the step over that of the weight; NaN for a weight of zeros."""
    size = float(np.linalg.norm(before.astype(np.float64)))
    step = float(np.linalg.norm(after.astype(np.float64) - before))
    return step / size if size > 0 else float("nan")


def _result(
    names: list[str], weights: list[keras.Variable], step: _Step, records: list[dict[str, Any]]
) -> Rehearsal:
    gradients = np.array([record["gradients"].numpy() for record in records])  # (updates, weights)
    norms = np.linalg.norm(gradients, axis=1)
    after = np.array([float(record["clipped"]) for record in records])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = after / norms
    moved = np.array([record["moved"] for record in records])
    matrices = [i for i, weight in enumerate(weights) if len(weight.shape) >= 2]
    first = records[0]
    return Rehearsal(
        losses=np.array([float(record["loss"]) for record in records]),
        norms=norms,
        clip_ratios=ratios if _clips(step._optimizer) else None,
        relative_updates={names[i]: moved[:, i] for i in matrices},
        gradient_norms={name: gradients[:, i] for i, name in enumerate(names)},
        disconnected=tuple(n for n, lost in zip(names, step.missing, strict=True) if lost),
        input_norms={
            name: np.array([record["inputs"][name].numpy() for record in records])
            for name in first["inputs"]
        },
        sequences={name: tensor.numpy() for name, tensor in first["sequences"].items()},
        output_sizes={
            name: np.array([float(record["sizes"][name]) for record in records])
            for name in first["sizes"]
        },
    )


def _clips(optimizer: keras.optimizers.Optimizer) -> bool:
    settings = ("clipnorm", "global_clipnorm", "clipvalue")
    return any(getattr(optimizer, name, None) is not None for name in settings)
