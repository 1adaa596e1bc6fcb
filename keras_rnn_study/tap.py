"""The second seam: `optimizer.apply`, where a training step hands over its gradients.

Read there, inside of the compiled step, gradients are the ones that the step really uses: no
second pass. Their norms go into a ring buffer that the graph holds, and are fetched once in a
while; so every step is recorded and none waits.
"""

import concurrent.futures
import warnings

import numpy as np
import tensorflow as tf

_STEP, _GLOBAL, _CLIP_RATIO = range(3)  # columns of the buffer; the weights' come after


class GradientTap:
    """Records the norms of all gradients that an optimizer applies, while it is entered.

    What is read is the gradient before clipping, without loss scale, summed over replicas.

    Args:
        optimizer: A `keras.optimizers.Optimizer`.
        weights: Function without arguments that returns a dict of name (str) to `keras.Variable`:
            whose gradients get an entry. It is asked at the first step, as Keras may build the
            model only then.
        rows: int, how many steps the buffer holds.

    Attributes:
        optimizer: The optimizer.
        rows: int, how many steps may pass without a `fetch`.

    Example:

    >>> import keras
    >>> from keras_rnn_study.tap import GradientTap
    >>> weight = keras.Variable([3.0, 4.0])
    >>> optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
    >>> with GradientTap(optimizer, lambda: {"weight": weight}) as tap:
    ...     optimizer.apply([weight.value], [weight])
    >>> steps, norms = tap.fetch()
    >>> steps, norms["weight"], norms["clip_ratio"]
    (array([0]), array([5.]), array([0.2]))
    """

    def __init__(self, optimizer, weights, *, rows=4096):
        self.optimizer, self.rows = optimizer, rows
        self._weights = weights
        self._variables = self._names = self._columns = None  # known after the first step
        self._buffer = self._count = None
        self._seen = {_GLOBAL}  # columns that ever got a gradient
        self._fetched = 0
        self._apply = None

    def fits(self, optimizer, variables):
        """Whether this is a tap on that optimizer that has a column for each of the variables."""
        known = self._columns
        return self.optimizer is optimizer and (
            known is None or {id(v) for v in variables} == set(known)
        )

    def __enter__(self):
        # Straight into the instance's dictionary: Keras' __setattr__ is for what it should track.
        self._apply = vars(self.optimizer).get("apply")
        vars(self.optimizer)["apply"] = self._recording(self.optimizer.apply)
        return self

    def __exit__(self, *error):
        del vars(self.optimizer)["apply"]
        if self._apply is not None:  # another tap, entered before this one
            vars(self.optimizer)["apply"] = self._apply

    def fetch(self):
        """What was recorded since the last call.

        Returns:
            Tuple `(steps, norms)`: int64 (records,), the optimizer's iteration before each step,
            and a dict of float64 (records,): `"global"`, one entry for each weight that got a
            gradient, and `"clip_ratio"` where the optimizer clips.
        """
        if self._buffer is None:
            return np.zeros(0, np.int64), {}
        with (
            tf.init_scope()
        ):  # may be asked while a graph is being traced, by the garbage collector
            count = int(self._count.numpy())
        new, self._fetched = count - self._fetched, count
        if new > self.rows:
            warnings.warn(
                f"The norms of {new - self.rows} training steps were overwritten: more than "
                f"{self.rows} steps without a fetch. Call `update()` after each step.",
                RuntimeWarning,
                stacklevel=2,
            )
            new = self.rows
        with tf.init_scope():
            rows = tf.gather(self._buffer, np.arange(count - new, count) % self.rows).numpy()
        names = {column: self._names[column - _GLOBAL] for column in sorted(self._seen)}
        return rows[:, _STEP].astype(np.int64), {name: rows[:, k] for k, name in names.items()}

    def _recording(self, apply):
        def recorded_apply(grads, trainable_variables=None):
            if self._buffer is None:
                self._create_buffer()
            grads = list(grads)
            if trainable_variables is not None:
                trainable_variables = list(trainable_variables)
            self._record(grads, trainable_variables or self._variables)
            return apply(grads, trainable_variables)

        return recorded_apply

    def _create_buffer(self):
        """Two plain variables: rows of a ring buffer, and how many were ever written."""
        weights = self._weights()
        self._variables = list(weights.values())
        self._names = ["global", "clip_ratio", *weights]
        self._columns = {id(v): _CLIP_RATIO + 1 + k for k, v in enumerate(self._variables)}
        shape = (self.rows, _CLIP_RATIO + 1 + len(weights))

        def create():
            buffer = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)
            return buffer, tf.Variable(0, dtype=tf.int64, trainable=False)

        # In a thread of its own no graph is being traced, and no distribution strategy is in scope
        # that would make them one a replica.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            self._buffer, self._count = thread.submit(create).result()

    def _record(self, grads, variables):
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        replicas = tf.distribute.get_replica_context()
        if replicas is not None and replicas.num_replicas_in_sync > 1:
            # All replicas take part in the sum, the first one writes it down.
            sums = replicas.all_reduce("SUM", [tf.convert_to_tensor(g) for g, _ in pairs])
            pairs = [(g, v) for g, (_, v) in zip(sums, pairs, strict=True)]
            if tf.get_static_value(replicas.replica_id_in_sync_group) != 0:
                return
        scale = tf.cast(self.optimizer.scale_loss(tf.ones(())), tf.float64)
        squares = [_squared_norm(g) / scale**2 for g, _ in pairs]
        self._write(squares, [v for _, v in pairs], [g for g, _ in pairs], scale)

    def _write(self, squares, variables, grads, scale):
        row = [tf.constant(np.nan, tf.float64)] * (len(self._names) + _GLOBAL)
        row[_STEP] = tf.cast(tf.convert_to_tensor(self.optimizer.iterations), tf.float64)
        row[_GLOBAL] = tf.sqrt(tf.add_n(squares)) if squares else tf.zeros((), tf.float64)
        clipped = _clipped_norm(self.optimizer, squares, grads, scale)
        if clipped is not None:
            row[_CLIP_RATIO] = _ratio(clipped, row[_GLOBAL])
            self._seen.add(_CLIP_RATIO)
        for square, variable in zip(squares, variables, strict=True):
            if id(variable) in self._columns:
                row[self._columns[id(variable)]] = tf.sqrt(square)
                self._seen.add(self._columns[id(variable)])
        at = tf.math.floormod(self._count, self.rows)
        self._buffer.scatter_nd_update([[at]], [tf.stack(row)])
        self._count.assign_add(1)


def _squared_norm(gradient):
    """Sum of squares in float64: exploding gradients overflow float32 once they are squared."""
    if isinstance(gradient, tf.IndexedSlices):
        gradient = tf.convert_to_tensor(gradient)  # adds up rows that occur twice
    return tf.reduce_sum(tf.square(tf.cast(gradient, tf.float64)))


def _clipped_norm(optimizer, squares, grads, scale):
    """Norm of the whole gradient after clipping; `None` where the optimizer does not clip."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if optimizer.gradient_accumulation_steps or not squares:
        return None  # what Keras clips then is the mean of several steps' gradients
    if optimizer.clipnorm:
        limit = tf.constant(optimizer.clipnorm, tf.float64) ** 2
        return tf.sqrt(tf.add_n([tf.minimum(square, limit) for square in squares]))
    if optimizer.global_clipnorm:
        return tf.minimum(tf.sqrt(tf.add_n(squares)), optimizer.global_clipnorm)
    if optimizer.clipvalue:
        limit = optimizer.clipvalue
        values = [tf.cast(tf.convert_to_tensor(g), tf.float64) / scale for g in grads]
        return tf.sqrt(
            tf.add_n([_squared_norm(tf.clip_by_value(v, -limit, limit)) for v in values])
        )
    return None


def _ratio(after, before):
    """1 where there was nothing to clip; NaN where the gradient was not finite."""
    ratio = tf.where(before > 0, after / before, tf.ones_like(before))
    return tf.where(tf.math.is_finite(before), ratio, tf.constant(np.nan, tf.float64))


class TappedTraining:
    """A model's training function with a tap in it; takes the place of `model.train_function`.

    The tap is in the optimizer only while a step runs, and this object removes itself when a
    step raises, or when it is called by a `fit` that did not `arm` it: Keras tells no callback
    that training broke off.

    Args:
        model: A compiled model, whose `train_function` Keras has made.
        tap: A `GradientTap` on its optimizer.
        on_error: Called without arguments when a step raises.
    """

    def __init__(self, model, tap, on_error):
        self._model, self._tap, self._on_error = model, tap, on_error
        self._armed = False
        self.plain = model.train_function
        # A new function, as the one at hand may have been traced already, without the tap.
        model.make_train_function(force=True)
        self._tapped = model.train_function
        model.train_function = self.plain

    def fits(self, model, tap):
        """Whether this was made for that tap and the model as it is compiled now."""
        return self._model is model and self._tap is tap and model.train_function is self.plain

    def install(self):
        """Puts this object into the model."""
        self._model.train_function = self

    def remove(self):
        """Puts the model's own training function back."""
        if self._model.train_function is self:
            self._model.train_function = self.plain

    def arm(self):
        """Allows one call."""
        self._armed = True

    def __call__(self, iterator):
        """Runs what Keras calls once a batch (or once in `steps_per_execution`)."""
        if not self._armed:
            self.remove()
            return self.plain(iterator)
        self._armed = False
        try:
            with self._tap:
                return self._tapped(iterator)
        except (StopIteration, tf.errors.OutOfRangeError):
            raise  # the data ended, and Keras goes on
        except BaseException:
            self.remove()
            self._on_error()
            raise
