"""What keeps the network from learning, while it is trained."""

import os

import keras

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.callbacks.probe import Probe
from keras_rnn_study.callbacks.schedule import Schedule, UpdateFreq
from keras_rnn_study.diagnosis.diagnosing import diagnose
from keras_rnn_study.diagnosis.findings import Findings
from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view.findings import TAG, packed_findings


class Diagnosis(keras.callbacks.Callback):
    """Why does the network not learn? Diagnoses it before the first step and after epochs.

    What `diagnose` says of a probe. A look costs about as much as building the training step does.

    Args:
        log_dir: Where to write events for TensorBoard's *Text*, in the run `rnn` below it; `None`:
            nowhere.
        probe: A `Probe` with labels, of training data; its `evidence` is used.
        update_freq: When to look again: `"epoch"`, `"batch"` or after so many batches.
        validation_data: Tuple `(x, y)` of held-out samples, to see overfitting.

    Attributes:
        findings: `Findings` of the last look; `None` before the first.
        worst: `Findings` of the look with the most errors, of these the most warnings, the first
            such: the end of a training that went wrong may look ordinary. `None` before the first.
        history: dict of training step to its `Findings`.

    Raises:
        ValueError: `probe` is none, or `update_freq` is none of the above; or, when training
            begins, the probe does not fit the model, or `log_dir` cannot be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import Diagnosis, Probe
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.GRU(4), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(1e-9), loss="mse")
    >>> x = np.random.default_rng(0).normal(size=(32, 20, 3))
    >>> diagnosis = Diagnosis(None, Probe(x, x[:, -1, :1]))
    >>> _ = model.fit(x, x[:, -1, :1], verbose=0, callbacks=[diagnosis])
    >>> diagnosis.findings.names, list(diagnosis.history)
    (['learning_rate_too_low'], [0, 1])
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None,
        probe: Probe,
        *,
        update_freq: UpdateFreq = "epoch",
        validation_data: tuple[object, ...] | None = None,
    ) -> None:
        needs_tensorflow("Diagnosis")
        super().__init__()
        if not isinstance(probe, Probe):
            raise ValueError(
                f"Diagnosis received a probe of type {type(probe).__name__}; expected a Probe. "
                "Write Diagnosis(log_dir, Probe(x, y))."
            )
        self._log_dir, self._probe, self._update_freq = log_dir, probe, update_freq
        self._validation_data = validation_data
        self._schedule = Schedule(update_freq)
        self._log: EventLog | None = None
        self.history: dict[int, Findings] = {}

    @property
    def findings(self) -> Findings | None:
        """See the class."""
        return self.history[max(self.history)] if self.history else None

    @property
    def worst(self) -> Findings | None:
        """See the class."""

        def alarms(step: int) -> list[int]:
            severities = [finding.severity for finding in self.history[step]]
            return [severities.count("error"), severities.count("warning")]

        # `max` returns the first of several that are alike.
        return self.history[max(sorted(self.history), key=alarms)] if self.history else None

    def on_train_begin(self, logs: dict[str, object] | None = None) -> None:
        """Find what is wrong with the directory."""
        self._schedule = Schedule(self._update_freq)
        if self._log_dir is not None:
            self._log = EventLog.open(self._log_dir, self.model)

    def on_epoch_begin(self, epoch: int, logs: dict[str, object] | None = None) -> None:
        """Look before the first step."""
        if self._schedule.steps == 0 and self._probe.build(self.model):
            self._look()
        self._schedule.epoch_began((self.params or {}).get("steps"))

    def on_train_batch_end(self, batch: int, logs: dict[str, object] | None = None) -> None:
        """Look where it is due."""
        if self._schedule.batch_ended(batch, self.model):
            self._look()

    def on_epoch_end(self, epoch: int, logs: dict[str, object] | None = None) -> None:
        """Look where it is due."""
        if self._schedule.every_epoch:
            self._look()

    def on_train_end(self, logs: dict[str, object] | None = None) -> None:
        """Close the event file, if no other callback still writes."""
        self._log = None

    def __getstate__(self) -> dict[str, object]:
        """Return all but what belongs to a training."""
        return self.__dict__ | {"_model": None, "params": None, "_log": None}

    def _look(self) -> None:
        probe, model = self._probe, self.model if self._probe.model is None else self._probe.model
        evidence = None if probe.evidence is None or not probe.evidence.size else probe.evidence
        found = diagnose(
            model,
            probe.x,
            probe.y,
            sample_weight=probe.sample_weight,
            evidence=evidence,
            validation_data=self._validation_data,
        )
        optimizer = getattr(self.model, "optimizer", None)
        step = self._schedule.steps if optimizer is None else int(optimizer.iterations.numpy())
        self.history[step] = found
        if self._log is not None:
            self._log.add(tag("diagnosis", "findings"), found.to_markdown(), step)
            self._log.add(TAG, Packed(packed_findings(found, step), b"{}"), step)
            self._log.flush()
