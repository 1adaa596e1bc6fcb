"""Where the gradient goes on its way back through time."""

import os
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from keras_rnn_study import measures
from keras_rnn_study.callbacks.drawing import DrawFreq
from keras_rnn_study.callbacks.logged import Logs
from keras_rnn_study.callbacks.measured import Measured, nearest_to_input
from keras_rnn_study.callbacks.probe import Probe
from keras_rnn_study.callbacks.probe_callback import ProbeCallback
from keras_rnn_study.callbacks.schedule import UpdateFreq
from keras_rnn_study.pictures import heat_maps
from keras_rnn_study.tracing.reduced import ReducedLayer

_MEMORY = ("c", "h")  # which state carries the past, the best first


class GradientFlow(ProbeCallback):
    """How far back through time does the gradient reach, and how does training change that?

    Traces a probe before the first step and then whenever `update_freq` says, and records for
    every recurrent layer the batch mean norm of the total gradients dL/dh_t and dL/dc_t at each
    time step, their horizon and their decay. In TensorBoard a heat map shows all records so far.
    Horizon and decay of one state are written as `back_in_time/...` too, a name that does not
    depend on the model, so that networks of different kinds share a chart. It is the state that
    carries the past (c where there is one, else h) in the layer nearest to the input: whatever an
    early input does, it does through that one, so a layer above that reaches further helps nothing.

    If training breaks off, the last records may lack their picture; all else that was measured is
    on disk.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it (`rnn_2`, ...
            where other trainings are); `None`: nowhere.
        probe: A `Probe` with labels, unless the model's loss needs none.
        update_freq: When to trace: `"epoch"`, `"batch"`, or after so many batches.
        draw_freq: When to draw, about 50 ms for each state: `"end"`: when training ends; an int n:
            also after each n-th epoch; `"epoch"`: after each.
        logs: What goes into Keras' `logs` at the end of an epoch: `"main"`: the
            `gradient_horizon/...` of the first layer's memory (c where there is one, else h);
            `"all"`: each number of each layer; `"none"`.
        frames: Whether to record for the live view, `view`: a byte for each time step and unit.
        samples: How many of the probe's samples the view shows, from the first one on.
        metrics: Whether what `fit` reports, loss and metrics, is written too, once for all
            callbacks that share `log_dir`. All of them must be told not to.

    Attributes:
        history: dict of arrays: `"step"` (records,), training steps done; for each layer and each
            state, `"h"` and for an LSTM `"c"`: `"gradient_flow/<layer>/h"` (records, time), not
            below 0, NaN where all samples are masked or a gradient is not a number;
            `"gradient_horizon/<layer>/h"` (records,), time steps; `"gradient_decay/<layer>/h"`
            (records,), powers of ten; both NaN where a gradient is; and, as above,
            `"back_in_time/gradient_horizon"` and `"back_in_time/gradient_decay"` (records,). A
            record takes 8 bytes for each time step of each state.

    Raises:
        ValueError: An argument is none of the above; or, when training begins, the probe does not
            fit the model, there is no loss for it, or `log_dir` cannot be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import GradientFlow, Probe
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.SimpleRNN(4, name="rnn"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(), loss="mse")
    >>> x, y = np.ones((8, 20, 3)), np.ones((8, 1))
    >>> flow = GradientFlow(None, Probe(x, y))
    >>> _ = model.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=[flow])
    >>> flow.history["step"], flow.history["gradient_flow/rnn/h"].shape
    (array([0, 2, 4]), (3, 20))
    """

    main: ClassVar = ("gradient_horizon", _MEMORY)
    parts: ClassVar = ("flow", "gradients")
    asks: ClassVar = {"gradients": True}

    def __init__(
        self,
        log_dir: str | os.PathLike | None,
        probe: Probe,
        *,
        update_freq: UpdateFreq = "epoch",
        draw_freq: DrawFreq = "end",
        logs: Logs = "main",
        frames: bool = True,
        samples: int = 1,
        metrics: bool = True,
    ) -> None:
        super().__init__(log_dir, probe, update_freq, draw_freq, logs, frames, samples, metrics)

    def measure(self, name: str, layer: ReducedLayer) -> Iterator[Measured]:
        """See `ProbeCallback`."""
        if layer.state_gradients is None:
            raise ValueError(
                "GradientFlow received a probe for which the model has no loss; gradients need "
                "one. Give the probe labels for the compiled loss: Probe(x, y). Where the loss is "
                "computed elsewhere, such as in a train_step: Probe(x, y, loss=function)."
            )
        mask = layer.batch_mask
        for state, of_samples in layer.norms["state_gradients"].items():
            norms = measures.step_norms(of_samples, mask)
            yield Measured("gradient_flow", name, state, norms)
            yield Measured("gradient_horizon", name, state, measures.horizon(norms, mask))
            yield Measured("gradient_decay", name, state, measures.decay(norms, mask))

    def summarize(self, record: list[Measured]) -> Iterator[Measured]:
        """See `ProbeCallback`."""
        for quantity in ("gradient_horizon", "gradient_decay"):
            for measured in nearest_to_input(record, quantity, _MEMORY):
                yield Measured("back_in_time", "", quantity, measured.value)

    def draw(self, measured: Measured) -> np.ndarray:
        """See `ProbeCallback`."""
        history = self.history
        return heat_maps.gradient_flow(
            history[measured.tag], history["step"], state=measured.part, layer=measured.layer
        )
