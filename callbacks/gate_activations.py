"""What the gates of recurrent layers do."""

import os
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np

from keras_rnn_study import measures
from keras_rnn_study.callbacks.drawing import DrawFreq
from keras_rnn_study.callbacks.logged import Logs
from keras_rnn_study.callbacks.measured import Measured
from keras_rnn_study.callbacks.probe import Probe
from keras_rnn_study.callbacks.probe_callback import ProbeCallback
from keras_rnn_study.callbacks.schedule import UpdateFreq
from keras_rnn_study.pictures import heat_maps
from keras_rnn_study.tracing.reduced import ReducedLayer


class GateActivations(ProbeCallback):
    """Are gates open, closed or stuck, and how large are the states?

    Traces a probe before the first step and then whenever `update_freq` says, and records for
    every gate of every LSTM and GRU its distribution, mean and saturation, and for every state its
    norm. A SimpleRNN has no gates but one tanh layer, whose output is the state: it is recorded as
    `h`. In TensorBoard a map of units by time shows each gate on the probe's first sample.

    If training breaks off, the last record may lack its maps; all else that was measured is on
    disk.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it (`rnn_2`, ...
            where other trainings are); `None`: nowhere.
        probe: A `Probe`; labels are not needed.
        update_freq: When to trace: `"epoch"`, `"batch"`, or after so many batches.
        draw_freq: When to draw the last record, about 50 ms for each gate: `"end"`: when training
            ends; an int n: also after each n-th epoch; `"epoch"`: after each.
        logs: What goes into Keras' `logs` at the end of an epoch: `"main"`: the `gate_mean/...` of
            the first layer's gate that keeps the memory (forget of an LSTM, update of a GRU; of a
            SimpleRNN h); `"all"`: each number of each layer; `"none"`.
        frames: Whether to record for the live view, `view`: a byte for each time step and unit.
        samples: How many of the probe's samples the view shows, from the first one on.
        metrics: Whether what `fit` reports, loss and metrics, is written too, once for all
            callbacks that share `log_dir`. All of them must be told not to.

    Attributes:
        history: dict of arrays: `"step"` (records,), training steps done; for each layer and gate
            `"gate/<layer>/<gate>"` (records, 30, 3), a histogram: left edge, right edge, count;
            `"gate_mean/<layer>/<gate>"` (records,); `"gate_saturation/<layer>/<gate>_left"` and
            `..._right` (records,), shares between 0 and 1, for sigmoid and tanh only;
            `"unit_map/<layer>/<gate>"` (records, time, units), the first sample;
            `"state_norm/<layer>/h"` and `.../c` (records,), not below 0. Unit maps take the most:
            4 bytes for each time step and unit of each gate and record.

    Raises:
        ValueError: An argument is none of the above; or, when training begins, the probe does not
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

    main: ClassVar = ("gate_mean", ("forget", "update", "h"))
    parts: ClassVar = ("values",)
    asks: ClassVar = {"tallies": True}

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
        self._activations: dict[str, Mapping[str, str]] = {}  # of each layer's gates

    def measure(self, name: str, layer: ReducedLayer) -> Iterator[Measured]:
        """See `ProbeCallback`."""
        self._activations[name] = layer.activations
        for gate, activation in layer.activations.items():
            values = layer.gates[gate] if gate in layer.gates else layer.states[gate]
            tally = layer.tallies[gate]
            yield Measured("gate", name, gate, tally.histogram())
            yield Measured("gate_mean", name, gate, tally.mean())
            shares = tally.saturation(activation)
            for side, share in zip(("left", "right"), shares or (), strict=False):
                yield Measured("gate_saturation", name, f"{gate}_{side}", share)
            # A copy, as a view would keep all samples in memory until the next record.
            yield Measured("unit_map", name, gate, values[0].copy())
        for state, norms in layer.norms["states"].items():
            norm = measures.state_norm(norms, layer.batch_mask)
            yield Measured("state_norm", name, state, norm)

    def draw(self, measured: Measured) -> np.ndarray:
        """See `ProbeCallback`."""
        return heat_maps.unit_map(
            np.asarray(measured.value),
            part=measured.part,
            activation=self._activations[measured.layer][measured.part],
            layer=measured.layer,
        )
