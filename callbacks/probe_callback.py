"""What callbacks that look at a probe have in common: when they look, and where records go."""

import keras
import numpy as np

from keras_rnn_study.callbacks.drawing import DrawingTime
from keras_rnn_study.callbacks.history import History
from keras_rnn_study.callbacks.schedule import Schedule
from keras_rnn_study.event_log.log import EventLog


class ProbeCallback(keras.callbacks.Callback):
    """Traces a probe before the first step, and then whenever `update_freq` says.

    A subclass says what a trace comes to, in `measure`, and what to draw, in `draw`. Numbers are
    written at once. Pictures, which take far longer and of which a later one shows as much as an
    earlier one, are drawn at the end of an epoch if there is time, and when training ends.
    """

    logged = ()  # kinds of tags that go into Keras' logs

    def __init__(self, log_dir, probe, update_freq):
        super().__init__()
        self._log_dir = log_dir
        self._probe = probe
        self._update_freq = update_freq
        self._schedule = Schedule(update_freq)
        self._records = History()
        self._log = None
        self._drawing_time = DrawingTime()
        self._is_drawn = True  # nothing to draw yet
        self._last = {}  # the last record
        self._recorded_model = None

    def measure(self, name, layer):
        """What one layer's trace comes to.

        Args:
            name: str, the layer's name.
            layer: `LayerTrace`.

        Returns:
            dict of tag to a float, which is written as a scalar, or to an array: a histogram where
            the tag is one's, else what is drawn later.
        """
        raise NotImplementedError

    def draw(self, history):
        """Yields (tag, rgb) of the pictures that show the history up to its last record."""
        raise NotImplementedError

    @property
    def history(self):
        """See the class."""
        return self._records.arrays()

    def on_train_begin(self, logs=None):
        """Finds what is wrong before training starts, and makes the first record."""
        self._log = None if self._log_dir is None else EventLog.open(self._log_dir)
        self._schedule = Schedule(self._update_freq)
        self._drawing_time = DrawingTime()
        if self._records.last_step() != self._step() or self._recorded_model is not self.model:
            self._record("begin")

    def on_epoch_begin(self, epoch, logs=None):
        """Starts counting the batches of an epoch."""
        self._schedule.epoch_began()

    def on_train_batch_end(self, batch, logs=None):
        """Makes a record where one is due."""
        if self._schedule.batch_ended(batch):
            self._record(("batch", self._schedule.steps))

    def on_epoch_end(self, epoch, logs=None):
        """Makes a record where one is due, draws if there is time, and adds to the logs."""
        if self._schedule.every_epoch:
            self._record(("epoch", epoch))
        if self._drawing_time.is_left():
            self._draw()
        if logs is not None:
            logs.update({t: float(v) for t, v in self._last.items() if t.startswith(self.logged)})

    def on_train_end(self, logs=None):
        """Draws the last record; closes the event file, if no other callback still writes."""
        self._draw()
        self._probe.forget()
        self._log = None

    def _step(self):
        return int(self.model.optimizer.iterations.numpy())

    def _record(self, when):
        step = self._step()
        # Keras hands the same `params` to all callbacks of one training, so it names the training.
        # The optimizer's iteration would not do for `when`: not every training moves it.
        trace = self._probe.trace(self.model, (self.params, when))
        measured = {}
        for name, layer in trace.items():
            measured |= self.measure(name, layer)
        self._last, self._recorded_model, self._is_drawn = measured, self.model, False
        self._records.add([step], {tag: np.asarray(v)[None] for tag, v in measured.items()})
        if self._log is None:
            return
        for tag, value in measured.items():
            if np.ndim(value) == 0:
                self._log.scalar(tag, value, step)
            elif tag.startswith("gate/"):
                self._log.histogram(tag, value, step)
        self._log.flush()

    def _draw(self):
        if self._log is None or self._is_drawn:
            return
        step = self._records.last_step()
        with self._drawing_time.spent():
            for tag, rgb in self.draw(self.history):
                self._log.image(tag, rgb, step)
            self._log.flush()
        self._is_drawn = True
