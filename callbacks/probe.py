"""A fixed batch that callbacks look at again and again."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_rnn_study.seams.keras_internals import all_layers
from keras_rnn_study.tracing.graph import trace
from keras_rnn_study.tracing.result import Trace

Batch: TypeAlias = npt.ArrayLike | Mapping[str, npt.ArrayLike]  # tensors too
Moment = tuple[object, object]


class Probe:
    """A fixed batch, traced once per moment, however many callbacks look at it.

    Args:
        x: Inputs as `model.predict` takes them, such as (batch, time, features). 32 to 128 samples
            of validation data are plenty.
        y: Labels as `model.evaluate` takes them. Gradients need a loss, and most losses need them;
            a model that has labels among its inputs and calls `add_loss` does not.
        sample_weight: Weights as `model.evaluate` takes them.
        layers: Names of the recurrent layers to look into; default: all.
        tokens: What stands at each time step, for people: a list of str or numbers for each sample,
            such as `recall.tokens(x)`; those of the first samples are enough. Default: nothing.
        evidence: Booleans (samples, time), the steps that decide the answer, such as
            `recall.evidence(x)`, for the view to mark. Default: unknown.
        loss: Function `loss(y_true, y_pred)` or name, as `compile` takes it, for a model that is
            not compiled with one, such as a `train_step` of its own. Default: the compiled loss.
        model: The part to look into, for a model of several that are trained together, such as
            the generator of a GAN. Default: the model that is trained.

    Raises:
        ValueError: `x` is no batch of arrays or has no samples, or `layers` names none.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe
    >>> probe = Probe(np.ones((8, 20, 3)), np.zeros((8, 1)))
    >>> callbacks = [GradientFlow("logs/lstm", probe), GateActivations("logs/lstm", probe)]
    """

    def __init__(
        self,
        x: Batch,
        y: Batch | None = None,
        sample_weight: Batch | None = None,
        layers: Sequence[str] | None = None,
        *,
        tokens: Sequence[Sequence[object]] = (),
        evidence: npt.ArrayLike | None = None,
        loss: str | Callable | None = None,
        model: keras.Model | None = None,
    ) -> None:
        _check_samples(x)
        if layers is not None and len(layers) == 0:
            raise ValueError(
                "Received layers=[], no layer to look into. Name at least one, such as "
                "layers=['lstm'], or leave `layers` out for all."
            )
        if model is not None and not isinstance(model, keras.Model):
            raise ValueError(
                f"Received model={model!r}; expected a keras.Model, the part to look into."
            )
        self.x, self.y, self.sample_weight, self.layers = x, y, sample_weight, layers
        self.loss, self.model = loss, model
        self.tokens = [[str(token) for token in sample] for sample in tokens]
        self.evidence = None if evidence is None else np.asarray(evidence, bool)
        self._moment: tuple[keras.Model, object, object] | None = None
        self._trace: Trace | None = None

    def trace(self, model: keras.Model, moment: Moment | None = None) -> Trace:
        """Return the trace of `model`, or of the part of it that the probe names, on this batch.

        Args:
            model: The model that is trained; if it is not built yet, it is, for batches of any
                size.
            moment: Tuple `(training, when)` that names the moment: as long as the same `training`
                object and an equal `when` come in, nothing is computed anew. `None`: always
                compute.

        Returns:
            `keras_rnn_study.Trace`, with gradients if there is a loss.
        """
        model = model if self.model is None else self.model
        if moment is None or not self._is_current(model, moment):
            if not model.built:  # Keras does it at the first step
                _build(model, self.x)
            own = {} if self.loss is None else {"loss": self.loss}
            self._trace = trace(model, self.x, self.y, self.sample_weight, self.layers, **own)
            self._moment = None if moment is None else (model, *moment)
        assert self._trace is not None
        return self._trace

    def forget(self) -> None:
        """Drop the last trace: the model may change from here on."""
        self._moment, self._trace = None, None

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_moment": None, "_trace": None}

    def _is_current(self, model: keras.Model, moment: Moment) -> bool:
        if self._moment is None:
            return False
        known, training, when = self._moment
        return known is model and training is moment[0] and when == moment[1]


def _check_samples(x: Batch | None) -> None:
    for part in _parts(x) or [None]:
        shape = getattr(part, "shape", None)
        if shape is None or isinstance(part, keras.KerasTensor):
            raise ValueError(
                f"Received a probe of type {type(part).__name__}; expected arrays, as they are "
                "traced again and again. Take one batch of a dataset: "
                "`x, y = next(iter(dataset))`, and `Probe(x, y)`."
            )
        if len(shape) == 0 or shape[0] == 0:
            raise ValueError(
                f"Received a probe of shape {tuple(shape)}; expected (batch, time, ...) with at "
                "least one sample."
            )


def _parts(x: Batch | None) -> list:
    """Return the arrays of a batch; nested numbers are one, an optional input may be missing."""
    if _is_nested_numbers(x):
        return [np.asarray(x)]
    return [part for part in keras.tree.flatten(x) if part is not None]


def _is_nested_numbers(x: Batch | None) -> bool:
    return isinstance(x, list) and not any(hasattr(part, "shape") for part in x)


def _build(model: keras.Model, x: Batch) -> None:
    """Build a model as its first step in `fit` would: called on symbolic inputs.

    The batch axis is open, as `fit` has it where the last batch is smaller: a model that was built
    on one size is saved with it. Only stateful layers need a size, which is that of the probe.
    """
    needs_size = any(getattr(layer, "stateful", False) for layer in all_layers(model))

    def symbolic(array: Batch | None) -> tf.TensorSpec | None:
        if array is None:
            return None
        tensor = tf.convert_to_tensor(array)
        dtype = keras.config.floatx() if tensor.dtype.is_floating else tensor.dtype
        samples = tensor.shape[0] if needs_size else None
        return tf.TensorSpec([samples, *tensor.shape[1:]], dtype)

    inputs = symbolic(x) if _is_nested_numbers(x) else keras.tree.map_structure(symbolic, x)
    tf.function(lambda batch: model(batch), autograph=False).get_concrete_function(inputs)
