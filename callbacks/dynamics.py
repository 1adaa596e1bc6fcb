"""At which rate a layer's Jacobians let a gradient grow or shrink, while it trains."""

import os
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from keras_rnn_study.callbacks.drawing import DrawFreq
from keras_rnn_study.callbacks.logged import Logs
from keras_rnn_study.callbacks.measured import Measured
from keras_rnn_study.callbacks.probe import Probe
from keras_rnn_study.callbacks.probe_callback import ProbeCallback
from keras_rnn_study.callbacks.schedule import UpdateFreq
from keras_rnn_study.dynamics.exponents import exponents_along
from keras_rnn_study.dynamics.largest import largest_along
from keras_rnn_study.dynamics.trajectory import trajectory
from keras_rnn_study.pictures import product
from keras_rnn_study.tracing.result import LayerTrace


class Dynamics(ProbeCallback):
    """How much does each step multiply a gradient with on its way back, and how does that change?

    Where `GradientFlow` shows what becomes of the gradient of this loss, this shows what the
    network does to *any* gradient: the largest Lyapunov exponent, which is the rate over many
    steps, and the largest singular value of the product of Jacobians, k steps back from the end.

    It takes longer than the other callbacks, with the cube of the states: docs/dynamics.md has a
    table. So it looks at few samples of the probe.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it (`rnn_2`, ...
            where other trainings are); `None`: nowhere.
        probe: A `Probe`; it needs no labels.
        update_freq: When to look: `"epoch"`, `"batch"`, or after so many batches.
        draw_freq: When to draw: `"end"`: when training ends; an int n: also after each n-th epoch;
            `"epoch"`: after each.
        logs: What goes into Keras' `logs` at the end of an epoch: `"main"`: the
            `lyapunov_exponent/...` of the first layer; `"all"`: of each layer; `"none"`.
        samples: How many of the probe's samples to follow, from the first one on.

    Attributes:
        history: dict of arrays: `"step"` (records,), training steps done; for each layer
            `"lyapunov_exponent/<layer>"` (records,), natural logarithm per step, the mean over the
            samples, behind a transient of a quarter of the steps, 100 at most; and
            `"jacobian_gain/<layer>"` (records, time), log10 of the largest singular value, the mean
            over the samples, k = 1, ..., time steps back. -inf for zero, NaN where a weight is.

    Raises:
        ValueError: An argument is none of the above; or, when training begins, the probe does not
            fit the model, or `log_dir` cannot be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import Dynamics, Probe
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.SimpleRNN(4, name="rnn"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(), loss="mse")
    >>> x, y = np.ones((8, 20, 3)), np.ones((8, 1))
    >>> dynamics = Dynamics(None, Probe(x))
    >>> _ = model.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=[dynamics])
    >>> dynamics.history["lyapunov_exponent/rnn"].shape, dynamics.history["jacobian_gain/rnn"].shape
    ((3,), (3, 20))
    """

    main: ClassVar = ("lyapunov_exponent", ("",))
    parts: ClassVar = ()

    def __init__(
        self,
        log_dir: str | os.PathLike | None,
        probe: Probe,
        *,
        update_freq: UpdateFreq = "epoch",
        draw_freq: DrawFreq = "end",
        logs: Logs = "main",
        samples: int = 1,
    ) -> None:
        super().__init__(log_dir, probe, update_freq, draw_freq, logs, True, samples)

    def measure(self, name: str, layer: LayerTrace) -> Iterator[Measured]:
        """See `ProbeCallback`."""
        model = self.model if self._probe.model is None else self._probe.model
        path = trajectory(model, name, layer, self._samples)
        exponent = exponents_along(path, count=1).exponents[0]
        yield Measured("lyapunov_exponent", name, "", float(exponent))
        yield Measured("jacobian_gain", name, "", largest_along(path).mean(axis=0))

    def draw(self, measured: Measured) -> np.ndarray:
        """See `ProbeCallback`."""
        history = self.history
        return product.jacobian_gain(history[measured.tag], history["step"], layer=measured.layer)
