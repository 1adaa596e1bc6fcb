"""Where the gradient goes on its way back through time."""

from keras_rnn_study import measures
from keras_rnn_study.callbacks.probe_callback import ProbeCallback
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.pictures import heat_maps


class GradientFlow(ProbeCallback):
    """How far back through time does the gradient reach, and how does training change that?

    Traces a probe before the first step and then whenever `update_freq` says, and records for
    every recurrent layer the batch mean norm of the total gradients dL/dh_t and dL/dc_t at each
    time step, their horizon and their decay. In TensorBoard a heat map shows all records so far.

    The heat map is drawn when training ends, and before that at the end of an epoch if drawing
    then takes at most a hundredth of the time since training began. If training breaks off, the
    last records may lack their picture; all else that was measured is on disk.

    The last `gradient_horizon/...` of each layer goes into `logs` at the end of an epoch.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it; `None`: nowhere.
        probe: A `Probe` with labels.
        update_freq: When to trace: `"epoch"`, `"batch"`, or after so many batches.

    Attributes:
        history: dict of arrays: `"step"` (records,), training steps done; for each layer and each
            state, `"h"` and for an LSTM `"c"`: `"gradient_flow/<layer>/h"` (records, time), not
            below 0, NaN where all samples are masked; `"gradient_horizon/<layer>/h"` (records,),
            time steps; `"gradient_decay/<layer>/h"` (records,), powers of ten.

    Raises:
        ValueError: `update_freq` is none of the above, or the probe has no labels; or, when
            training begins, the probe does not fit the model or `log_dir` cannot be written.

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

    logged = ("gradient_horizon",)

    def __init__(self, log_dir, probe, *, update_freq="epoch"):
        super().__init__(log_dir, probe, update_freq)
        if probe.y is None:
            raise ValueError(
                "GradientFlow received a probe without labels; gradients need a loss, and a loss "
                "needs labels. Write Probe(x, y)."
            )

    def measure(self, name, layer):
        """See `ProbeCallback`."""
        measured = {}
        for state, gradients in layer.state_gradients.items():
            norms = measures.step_norms(gradients, layer.mask)
            measured[tag("gradient_flow", name, state)] = norms
            measured[tag("gradient_horizon", name, state)] = measures.horizon(norms)
            measured[tag("gradient_decay", name, state)] = measures.decay(norms)
        return measured

    def draw(self, history):
        """See `ProbeCallback`."""
        for name, norms in history.items():
            if name.startswith("gradient_flow/"):
                layer, _, state = name.removeprefix("gradient_flow/").rpartition("/")
                rgb = heat_maps.gradient_flow(norms, history["step"], state=state, layer=layer)
                yield name, rgb
