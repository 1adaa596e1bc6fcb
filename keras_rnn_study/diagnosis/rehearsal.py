"""A few real updates on copies of the weights: what training would do, and nothing changes."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study.diagnosis.layer_inputs import heard_inputs
from keras_rnn_study.diagnosis.layer_outputs import heard_outputs
from keras_rnn_study.diagnosis.optimizer_copy import copied_optimizer
from keras_rnn_study.diagnosis.rehearsed import Rehearsal
from keras_rnn_study.seams.keras_internals import clipped, kept_losses
from keras_rnn_study.seams.names import recurrent_layers, weight_names
from keras_rnn_study.tracing.batch import Batch
from keras_rnn_study.tracing.loss import batch_loss
from keras_rnn_study.tracing.model_call import predict

_UPDATES = 6


def rehearse(model: keras.Model, batch: Batch, updates: int = _UPDATES) -> Rehearsal:
    """Train copies of a model's weights on one batch, by a copy of its optimizer.

    The model, its optimizer, its states and the random seeds stay as they are: Keras' own
    stateless scope puts the copies in the weights' place while the graph is built.

    Args:
        model: A compiled and built model.
        batch: One batch.
        updates: How many.

    Raises:
        CannotCopyError: The optimizer cannot be copied.
    """
    known = weight_names(model)
    names = [known.get(id(v), v.name) for v in model.trainable_variables]
    # By way of NumPy, as a Keras variable that is given a tf.Variable would take it for its own.
    weights = [
        keras.Variable(v.numpy(), dtype=v.dtype, name=v.name) for v in model.trainable_variables
    ]
    kernels = [number for number, weight in enumerate(weights) if len(weight.shape) >= 2]
    step = _Step(model, batch, weights, copied_optimizer(model, weights))
    records = []
    before = [weight.numpy() for weight in weights]
    for _ in range(updates):
        record = step()
        after = [weight.numpy() for weight in weights]
        record["moved"] = [_relative(*pair) for pair in zip(before, after, strict=True)]
        records.append(record)
        before = after
    return _result(names, kernels, records, step.missing)


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
            hearing = heard_inputs(recurrent_layers(model), tape)
            with kept_losses(model), scope, hearing as sequences, heard_outputs(model) as outputs:
                prediction = predict(model, self._batch.x, training=True)
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
            "inputs": {n: _by_step(g) for n, g in of_inputs.items() if g is not None},
            "sequences": heard,
            "sizes": {name: _size(output) for name, output in outputs.items()},
        }
        if _clips(self._optimizer):
            record["clipped"] = _norm(clipped(self._optimizer, gradients))
        self._optimizer.apply(gradients, self._weights)
        for other, variable in zip(self._others, model.non_trainable_variables, strict=True):
            other.assign(scope.get_current_value(variable))
        return record


def _size(tensor: tf.Tensor) -> tf.Tensor:
    """Return the largest absolute value; infinity where some are not finite."""
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
    names: list[str], kernels: list[int], records: list[dict[str, Any]], missing: list[bool]
) -> Rehearsal:
    """Gather the records of all updates, quantity by quantity.

    Args:
        names: Of the weights.
        kernels: Which of them are matrices.
        records: What `_Step` returned, and how far each weight moved.
        missing: Of each weight whether the loss does not depend on it.
    """

    def each(quantity: str, name: str) -> np.ndarray:
        return np.array([record[quantity][name].numpy() for record in records])

    gradients = np.array([record["gradients"].numpy() for record in records])  # (updates, weights)
    moved = np.array([record["moved"] for record in records])
    norms = np.linalg.norm(gradients, axis=1)
    first = records[0]
    return Rehearsal(
        losses=np.array([float(record["loss"]) for record in records]),
        norms=norms,
        clip_ratios=_clip_ratios(records, norms) if "clipped" in first else None,
        relative_updates={names[i]: moved[:, i] for i in kernels},
        gradient_norms={name: gradients[:, i] for i, name in enumerate(names)},
        disconnected=tuple(name for name, lost in zip(names, missing, strict=True) if lost),
        input_norms={name: each("inputs", name) for name in first["inputs"]},
        sequences={name: tensor.numpy() for name, tensor in first["sequences"].items()},
        output_sizes={name: each("sizes", name) for name in first["sizes"]},
    )


def _clip_ratios(records: list[dict[str, Any]], norms: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array([float(record["clipped"]) for record in records]) / norms


def _clips(optimizer: keras.optimizers.Optimizer) -> bool:
    settings = ("clipnorm", "global_clipnorm", "clipvalue")
    return any(getattr(optimizer, name, None) is not None for name in settings)
