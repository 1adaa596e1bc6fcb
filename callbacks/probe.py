"""A fixed batch that callbacks look at again and again."""

import keras

from keras_rnn_study.tracing.graph import trace


class Probe:
    """A fixed batch, traced once per moment, however many callbacks look at it.

    Args:
        x: Inputs as `model.predict` takes them, such as (batch, time, features). 32 to 128 samples
            of validation data are plenty.
        y: Labels as `model.evaluate` takes them; needed for gradients.
        sample_weight: Weights as `model.evaluate` takes them.
        layers: List of names of the recurrent layers to look into; default: all.

    Example:

    >>> import numpy as np
    >>> from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe
    >>> probe = Probe(np.ones((8, 20, 3)), np.zeros((8, 1)))
    >>> callbacks = [GradientFlow("logs/lstm", probe), GateActivations("logs/lstm", probe)]
    """

    def __init__(self, x, y=None, sample_weight=None, layers=None):
        self.x, self.y, self.sample_weight, self.layers = x, y, sample_weight, layers
        self._moment, self._trace = None, None

    def trace(self, model, moment=None):
        """The trace of `model` on this batch.

        Args:
            model: A `keras.Model`; if it is not built yet, it is called on the first sample.
            moment: Tuple `(training, when)` that names the moment: as long as the same `training`
                object and an equal `when` come in, nothing is computed anew. `None`: always
                compute.

        Returns:
            `keras_rnn_study.Trace`, with gradients if the probe has labels.
        """
        if not model.built:  # Keras builds a subclassed model at its first step
            model(keras.tree.map_structure(lambda array: array[:1], self.x))
        if moment is None or not self._is_current(model, moment):
            self._trace = trace(model, self.x, self.y, self.sample_weight, self.layers)
            self._moment = None if moment is None else (model, *moment)
        return self._trace

    def forget(self):
        """Drops the last trace: the model may change from here on."""
        self._moment, self._trace = None, None

    def _is_current(self, model, moment):
        if self._moment is None:
            return False
        known, training, when = self._moment
        return known is model and training is moment[0] and when == moment[1]
