"""Gradient norms of the real training steps."""

import contextlib
import weakref

import keras

from keras_rnn_study.callbacks.norm_record import NormRecord
from keras_rnn_study.callbacks.schedule import Schedule
from keras_rnn_study.seams.tapped_training import TappedTraining


class GradientNorms(keras.callbacks.Callback):
    """Do gradients explode or vanish? Records the norm of every gradient that training applies.

    The gradients are those of the real training step, read where `train_step` hands them to the
    optimizer: nothing is computed twice. Every step is recorded: the norm of the whole gradient,
    of that of each weight, and how much the optimizer clips. Norms are those *before* clipping,
    without loss scale, summed over replicas. A weight that is frozen or unused has no entry. With
    gradient accumulation each step's own gradient is recorded, and no clip ratio, as Keras clips
    the mean of several.

    The means over the epoch of `gradient_norm/global` and `gradient_clip_ratio/global` go into
    `logs`, for `CSVLogger` or `EarlyStopping` that come later in the list of callbacks.

    Args:
        log_dir: Where to write events for TensorBoard, in the run `rnn` below it; `None`: nowhere.
        update_freq: When to write what was recorded: `"epoch"`, `"batch"` or after so many batches
            (and about once a second). Whatever it is, every step is recorded.

    Attributes:
        history: dict of arrays: `"step"` (records,), the optimizer's iteration, 0 for the first
            step; `"gradient_norm/global"`, `"gradient_norm/<layer>/<weight>"` and
            `"gradient_clip_ratio/global"` (records,), float64, not below 0. Several trainings go
            on in one history.

    Raises:
        ValueError: `update_freq` is none of the above; or, when training begins, `log_dir` cannot
            be written.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study.callbacks import GradientNorms
    >>> model = keras.Sequential(
    ...     [keras.Input((20, 3)), keras.layers.SimpleRNN(4, name="rnn"), keras.layers.Dense(1)]
    ... )
    >>> model.compile(keras.optimizers.SGD(), loss="mse")
    >>> norms = GradientNorms()
    >>> _ = model.fit(np.ones((8, 20, 3)), np.ones((8, 1)), batch_size=4, verbose=0,
    ...               callbacks=[norms])
    >>> norms.history["step"], norms.history["gradient_norm/rnn/recurrent_kernel"].shape
    (array([0, 1]), (2,))
    """

    def __init__(self, log_dir=None, *, update_freq="epoch"):
        super().__init__()
        self._log_dir = log_dir
        self._update_freq = update_freq
        self._schedule = Schedule(update_freq)
        self._record = NormRecord()
        self._training = None
        # Keras tells no callback that training broke off; what was recorded in the last second
        # before is written when this object goes, or Python ends.
        weakref.finalize(self, self._record.close)

    @property
    def history(self):
        """See the class."""
        return self._record.arrays()

    def on_train_begin(self, logs=None):
        """Puts the tap into the training function."""
        if self.model.optimizer is None:
            raise ValueError(
                "GradientNorms reads what the optimizer is given, but the model is compiled "
                "without one. Give `compile` an optimizer, or use `recording(model, optimizer)`."
            )
        self._begin(self.model, self.model.optimizer)
        current = TappedTraining.of(self.model)
        if self._training is None or not self._training.may_return(self.model, current):
            self._training = current
        self._training.join(self._record.tap, self._record.flush)

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the epoch's mean."""
        self._schedule.epoch_began()
        self._record.fetch()
        self._record.start_mean()

    def on_train_batch_begin(self, batch, logs=None):
        """Lets the next step through the tap."""
        self._training.arm()

    def on_train_batch_end(self, batch, logs=None):
        """Fetches and writes when it is due, and at times in between."""
        due = self._schedule.batch_ended(batch)
        self._record.advance(self._schedule.steps, due)

    def on_epoch_end(self, epoch, logs=None):
        """Fetches, writes, and adds the epoch's means to the logs."""
        self._record.flush()
        if logs is not None:
            logs.update(self._record.means())

    def on_train_end(self, logs=None):
        """Takes the tap out and closes the event file."""
        self._training.leave(self._record.tap)
        self._record.end()

    @contextlib.contextmanager
    def recording(self, model, optimizer=None):
        """Records a training loop written by hand.

        A step that is a `tf.function` must be traced inside of the block, and call
        `optimizer.apply` or `optimizer.apply_gradients`. Call `update()` after each step.

        Args:
            model: The model that is trained; its layers give the names.
            optimizer: The optimizer that the loop uses; default: the compiled one.

        Yields:
            This object.

        Raises:
            ValueError: There is no optimizer, or `log_dir` cannot be written.

        Example:

        >>> import keras, tensorflow as tf
        >>> from keras_rnn_study.callbacks import GradientNorms
        >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4, name="gru")])
        >>> optimizer = keras.optimizers.SGD()
        >>> with GradientNorms().recording(model, optimizer) as norms:
        ...     with tf.GradientTape() as tape:
        ...         loss = tf.reduce_mean(model(tf.ones((2, 5, 3))) ** 2)
        ...     gradients = tape.gradient(loss, model.trainable_variables)
        ...     optimizer.apply(gradients, model.trainable_variables)
        ...     norms.update()
        >>> norms.history["gradient_norm/gru/kernel"].shape
        (1,)
        """
        optimizer = getattr(model, "optimizer", None) if optimizer is None else optimizer
        if optimizer is None:
            raise ValueError(
                "The model has no optimizer, as it is not compiled. Give the one that the loop "
                "uses: `recording(model, optimizer)`."
            )
        self._begin(model, optimizer)
        train_function = getattr(model, "train_function", None)
        try:
            with self._record.tap:
                yield self
        finally:
            self._record.close()
            # What was traced in the block has the tap in it for good; nobody listens any more.
            self._record.tap = None
            model.train_function = train_function

    def update(self):
        """Counts one step of a training loop written by hand, and writes when it is due."""
        self.on_train_batch_end(self._schedule.in_epoch)

    def _begin(self, model, optimizer):
        self._schedule = Schedule(self._update_freq)
        self._record.open(self._log_dir, model, optimizer)
