"""A fixed batch that callbacks look at again and again."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import keras
import numpy.typing as npt

from keras_rnn_study.arguments import checked_evidence
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.tracing.batch import to_batch
from keras_rnn_study.tracing.loss import Loss
from keras_rnn_study.tracing.model_call import build
from keras_rnn_study.tracing.reduced import ReducedLayer, Reduction, reduced_trace

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
        ValueError: `x`, `y` and `sample_weight` are no batch or have no samples, `layers` names no
            layer, or `evidence` is no (samples, time) of booleans.

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
        loss: Loss | None = None,
        model: keras.Model | None = None,
    ) -> None:
        needs_tensorflow("Probe")
        to_batch(x, y, sample_weight)  # refuses what no batch can be made of
        if layers is not None and not isinstance(layers, Sequence):
            raise ValueError(
                f"Received layers of type {type(layers).__name__}; expected names of layers, such "
                "as ['lstm']."
            )
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
        if not all(isinstance(sample, Sequence) for sample in _listed(tokens)):
            raise ValueError(
                f"Received tokens of type {type(tokens).__name__}; expected a list of str for each "
                "sample, such as recall.tokens(x)."
            )
        self.tokens = [[str(token) for token in sample] for sample in tokens]
        self.evidence = None if evidence is None else checked_evidence(evidence)
        self._gradients, self._reduction = False, Reduction(samples=1, tallies=False)
        self._moment: tuple[keras.Model, object, object] | None = None
        self._looked: dict[str, ReducedLayer] | None = None

    def build(self, model: keras.Model) -> bool:
        """Build what `trace` will look at as the first step of `fit` would, and do nothing else.

        Returns:
            Whether it is built; a stateful model without `Input` is not, as only `fit` knows the
            size of its batches.

        Raises:
            ValueError: The model is one of several parts, and the probe names none.
        """
        model = model if self.model is None else self.model
        if type(model).call is keras.Model.call:
            raise ValueError(
                f"Model {model.name!r} has no `call`, so that it cannot be looked into as a whole. "
                "Name the part that has the recurrent layer, such as "
                "Probe(x, model=model.generator)."
            )
        return build(model, self.x)

    def ask(self, *, gradients: bool = False, tallies: bool = False, samples: int = 1) -> None:
        """Say what a callback needs, so that one look is enough for all that share the probe.

        Args:
            gradients: Whether it needs gradients: without them the backward pass is left out.
            tallies: Whether it needs the distribution of gates.
            samples: How many samples it needs as they are.
        """
        asked = self._reduction
        self._gradients |= gradients
        self._reduction = Reduction(max(asked.samples, samples), asked.tallies or tallies)

    def look(self, model: keras.Model, moment: Moment | None = None) -> dict[str, ReducedLayer]:
        """Return what `model`, or the part of it that the probe names, does on this batch.

        Args:
            model: The model that is trained, built.
            moment: Tuple `(training, when)` that names the moment: as long as the same `training`
                object and an equal `when` come in, nothing is computed anew. `None`: always
                compute.

        Returns:
            dict of `ReducedLayer` by name, with what was asked for; gradients if there is a loss.
        """
        model = model if self.model is None else self.model
        if moment is None or not self._is_current(model, moment):
            batch = self.x, self.y, self.sample_weight
            asked = self.layers, self._gradients
            self._looked = reduced_trace(
                model, *batch, *asked, loss=self.loss, reduction=self._reduction
            )
            self._moment = None if moment is None else (model, *moment)
        assert self._looked is not None
        return self._looked

    def forget(self) -> None:
        """Drop what was seen last: the model may change from here on."""
        self._moment, self._looked = None, None

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_moment": None, "_looked": None}

    def _is_current(self, model: keras.Model, moment: Moment) -> bool:
        if self._moment is None:
            return False
        known, training, when = self._moment
        return known is model and training is moment[0] and when == moment[1]


def _listed(tokens: object) -> Sequence[object]:
    """Return a sequence as it is; of anything else, a list with what is no sequence in it."""
    return tokens if isinstance(tokens, Sequence) else [tokens]
