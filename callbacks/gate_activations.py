"""What the gates of recurrent layers do."""

from keras_rnn_study import measures
from keras_rnn_study.callbacks.probe_callback import ProbeCallback
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.pictures import heat_maps


class GateActivations(ProbeCallback):
    """Are gates open, closed or stuck, and how large are the states?

    Traces a probe before the first step and then whenever `update_freq` says, and records for
    every gate of every LSTM and GRU its distribution, mean and saturation, and for every state its
    norm. A SimpleRNN has no gates but one tanh layer, whose output is the state: it is recorded as
    `h`. In TensorBoard a map of units by time shows each gate on the probe's first sample.

    The maps are drawn when training ends, and before that at the end of an epoch if drawing then
    takes at most a hundredth of the time since training began. If training breaks off, the last
    record may lack its maps; all else that was measured is on disk.

    The last `gate_mean/...` of each gate goes into `logs` at the end of an epoch.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it; `None`: nowhere.
        probe: A `Probe`; labels are not needed.
        update_freq: When to trace: `"epoch"`, `"batch"`, or after so many batches.

    Attributes:
        history: dict of arrays: `"step"` (records,), training steps done; for each layer and gate
            `"gate/<layer>/<gate>"` (records, 30, 3), a histogram: left edge, right edge, count;
            `"gate_mean/<layer>/<gate>"` (records,); `"gate_saturation/<layer>/<gate>_left"` and
            `..._right` (records,), shares between 0 and 1, for sigmoid and tanh only;
            `"gate_map/<layer>/<gate>"` (records, time, units), the first sample;
            `"state_norm/<layer>/h"` and `.../c` (records,), not below 0.

    Raises:
        ValueError: `update_freq` is none of the above; or, when training begins, the probe does not
            fit the model or `log_dir` cannot be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import GateActivations, Probe
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(), loss="mse")
    >>> x, y = np.ones((8, 20, 3)), np.ones((8, 1))
    >>> gates = GateActivations(None, Probe(x))
    >>> _ = model.fit(x, y, verbose=0, callbacks=[gates])
    >>> bool(0.5 < gates.history["gate_mean/lstm/forget"][0] < 0.9)  # Keras starts at sigmoid(1)
    True
    """

    logged = ("gate_mean",)

    def __init__(self, log_dir, probe, *, update_freq="epoch"):
        super().__init__(log_dir, probe, update_freq)
        self._activations = {}  # tag of the gate map -> name of the gate's activation

    def measure(self, name, layer):
        """See `ProbeCallback`."""
        measured = {}
        for gate, activation in layer.activations.items():
            values = layer.gates[gate] if gate in layer.gates else layer.states[gate]
            measured[tag("gate", name, gate)] = measures.histogram(values, layer.mask)
            measured[tag("gate_mean", name, gate)] = measures.mean(values, layer.mask)
            shares = measures.saturation(values, activation, layer.mask)
            for side, share in zip(("left", "right"), shares or (), strict=False):
                measured[tag("gate_saturation", name, f"{gate}_{side}")] = share
            # A copy, as a view would keep the whole batch in memory, record for record.
            measured[tag("gate_map", name, gate)] = values[0].copy()
            self._activations[tag("gate_map", name, gate)] = activation
        for state, values in layer.states.items():
            measured[tag("state_norm", name, state)] = measures.state_norm(values, layer.mask)
        return measured

    def draw(self, history):
        """See `ProbeCallback`."""
        for name, activation in self._activations.items():
            layer, _, gate = name.removeprefix("gate_map/").rpartition("/")
            rgb = heat_maps.gate_map(
                history[name][-1], gate=gate, activation=activation, layer=layer
            )
            yield name, rgb
