"""What callbacks that look at a probe have in common: when they look, and where records go."""

import itertools
import os
from collections.abc import Iterator, Mapping
from typing import ClassVar

import keras
import numpy as np

from keras_rnn_study.arguments import whole_number
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.callbacks.drawing import DrawFreq, DrawSchedule
from keras_rnn_study.callbacks.fit_logs import FitLogs, write_fit_logs
from keras_rnn_study.callbacks.history import Arrays, History
from keras_rnn_study.callbacks.logged import Logs, check_logs
from keras_rnn_study.callbacks.measured import Measured, nearest_to_input
from keras_rnn_study.callbacks.probe import Probe
from keras_rnn_study.callbacks.schedule import Schedule, UpdateFreq
from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view.frames import facts_of, frame_of
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.seams.step_count import StepCount
from keras_rnn_study.tracing.reduced import ReducedLayer


class ProbeCallback(keras.callbacks.Callback):
    """Traces a probe before the first step, and then whenever `update_freq` says.

    A subclass says what a trace comes to, in `measure`, and how to draw it, in `draw`. Numbers and
    histograms are written at once, pictures when `draw_freq` says.
    """

    main: ClassVar[tuple[str, tuple[str, ...]]]
    """The number for Keras' logs: its quantity, and of which part, the best first."""

    parts: ClassVar[tuple[str, ...]]
    """What it records for the live view; some of `live_view.facts.PARTS`."""

    asks: ClassVar[dict[str, bool]] = {}
    """What it needs of a look beside the first samples; see `Probe.ask`."""

    def __init__(
        self,
        log_dir: str | os.PathLike | None,
        probe: Probe,
        update_freq: UpdateFreq,
        draw_freq: DrawFreq,
        logs: Logs,
        frames: bool,
        samples: int,
        metrics: bool = True,
    ) -> None:
        needs_tensorflow(type(self).__name__)
        super().__init__()
        if not isinstance(probe, Probe):
            name = type(self).__name__
            raise ValueError(
                f"{name} received a probe of type {type(probe).__name__}; expected a Probe. Write "
                f"{name}(log_dir, Probe(x, y))."
            )
        self._log_dir, self._probe, self._logs = log_dir, probe, check_logs(logs)
        self._writes_metrics = metrics
        self._samples = whole_number("samples", samples, at_least=1) if frames else 0
        probe.ask(**self.asks, samples=max(1, self._samples))
        self._recording = Recording()  # its frames only where there is no directory for them
        self._update_freq, self._draw_freq = update_freq, draw_freq
        self._schedule, self._drawing = Schedule(update_freq), DrawSchedule(draw_freq)
        self._records = History()
        self._log: EventLog | None = None
        self._last: list[Measured] = []  # the last record
        self._is_drawn = True  # nothing to draw yet
        self._recorded_model: keras.Model | None = None
        self._began_at: int | None = None  # step at which this training began, once it has
        self._count = StepCount()
        self._iterations_before = 0

    def measure(self, name: str, layer: ReducedLayer) -> Iterator[Measured]:
        """Yield what one layer comes to."""
        raise NotImplementedError

    def summarize(self, record: list[Measured]) -> Iterator[Measured]:
        """Yield what all layers' values come to together; nothing, unless a subclass says so."""
        yield from ()

    def draw(self, measured: Measured) -> np.ndarray:
        """Return the picture, (height, width, 3) uint8, of a value of the last record."""
        raise NotImplementedError

    def recording(self) -> Recording:
        """Return what the live view shows, of all trainings so far; `view(callback)` asks for it.

        Raises:
            ValueError: Nothing has been recorded.
        """
        if self._log_dir is None:
            return self._recording
        from keras_rnn_study.live_view.reading import read_recording  # which needs tensorboard

        return read_recording(self._log_dir)

    @property
    def history(self) -> Arrays:
        """See the class."""
        return self._records.arrays()

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Find what is wrong with the directory before training starts."""
        self._schedule, self._drawing = Schedule(self._update_freq), DrawSchedule(self._draw_freq)
        self._began_at = None
        if self._log_dir is not None:
            self._log = EventLog.open(self._log_dir, self.model)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Make the first record, and start counting the batches of an epoch."""
        if self._began_at is None:  # callbacks behind this one may have restored a backup
            self._begin()
        self._schedule.epoch_began(self.params.get("steps"))

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Make a record where one is due."""
        if self._schedule.batch_ended(batch, self.model):
            self._write_metrics(logs)
            self._record(("batch", self._schedule.steps))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Make a record and draw where it is due, and add to the logs."""
        self._write_metrics(logs)
        if self._schedule.every_epoch:
            self._record(("epoch", epoch))
        elif self._log is not None:
            self._log.flush()
        if self._drawing.epoch_ended():
            self._draw()
        if logs is not None:
            logs.update({m.tag: float(m.value) for m in self._logged()})

    def on_train_end(self, logs: dict | None = None) -> None:
        """Draw the last record; close the event file, if no other callback still writes."""
        self._draw()
        self._probe.forget()
        self._log = None

    def __getstate__(self) -> dict[str, object]:
        """Return all but what belongs to a training: a copy has the history, and no model."""
        return self.__dict__ | {
            "_model": None,
            "params": None,
            "_log": None,
            "_recorded_model": None,
            "_count": StepCount(),
        }

    def _begin(self) -> None:
        last, goes_on = self._records.last_step(), self._recorded_model is self.model
        if not goes_on:  # what is known of another model does not hold here
            self._count, self._recording = StepCount(), Recording()
        self._iterations_before = self._iterations()
        self._began_at = max(self._iterations_before, (last or 0) if goes_on else 0)
        if self._probe.build(self.model) and (last != self._began_at or not goes_on):
            self._record("begin")

    def _iterations(self) -> int:
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return 0
        self._count.follow(optimizer)
        return self._count.now()

    def _step(self) -> int:
        """Return the training steps done, also where `compile` gave a new optimizer.

        Those of the optimizer, as it knows which it skipped; where it does not move, as the model
        trains by others, those that were seen.
        """
        assert self._began_at is not None
        moved = self._iterations() - self._iterations_before
        return self._began_at + (moved if moved > 0 else self._schedule.steps)

    def _record(self, when: object) -> None:
        step = self._step()
        # Keras hands the same `params` to all callbacks of one training, so it names the training.
        # The optimizer's iteration would not do for `when`: not every training moves it.
        layers = self._probe.look(self.model, (self.params, when))
        record = [m for name, layer in layers.items() for m in self.measure(name, layer)]
        record = [*record, *self.summarize(record)]
        self._records.add([step], {m.tag: np.asarray(m.value)[None] for m in record})
        self._last, self._recorded_model, self._is_drawn = record, self.model, False
        if self._samples:
            self._record_frames(layers, step)
        if self._log is None:
            return
        for measured in record:
            if measured.kind != "image":
                self._log.add(measured.tag, measured.value, step)
        self._log.flush()

    def _write_metrics(self, logs: dict | None) -> None:
        if self._log is not None and self._writes_metrics:
            reported = FitLogs(logs, self.params, self._schedule.steps)
            write_fit_logs(self._log, reported, self._step())

    def _record_frames(self, layers: Mapping[str, ReducedLayer], step: int) -> None:
        for (name, layer), part in itertools.product(layers.items(), self.parts):
            key = (self.model.name, name, part)
            facts = self._recording.facts.get(key)
            if facts is None:
                shown = self._probe.tokens, self._probe.evidence
                facts = facts_of(layer, part, self._samples, *shown)
                self._recording.facts[key] = facts
            data = frame_of(layer, part, step, self._samples)
            if self._log is not None:
                self._log.add(tag("frame", name, part), Packed(data, facts), step)
            else:
                self._recording.add(key, step, data)

    def _draw(self) -> None:
        step = self._records.last_step()
        if self._log is None or self._is_drawn or step is None:
            return
        for measured in self._last:
            if measured.kind == "image":
                self._log.add(measured.tag, self.draw(measured), step)
        self._log.flush()
        self._is_drawn = True

    def _logged(self) -> list[Measured]:
        """Return what goes into Keras' logs of the last record."""
        if self._logs == "none":
            return []
        if self._logs == "all":
            return [m for m in self._last if m.kind == "scalar"]
        return nearest_to_input(self._last, *self.main)
