"""Where the tap is in a `fit`: in the model's training function, while a step runs."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import keras

from keras_rnn_study.seams.gradient_tap import GradientTap
from keras_rnn_study.seams.replaced import Replacement, replaced

TrainFunction = Callable[..., Any]  # of the data; before them, with JAX, the state


def _end_of_data() -> tuple[type[Exception], ...]:
    """Return what a training function raises when the data ended."""
    if keras.config.backend() != "tensorflow":
        return (StopIteration,)
    import tensorflow as tf

    return StopIteration, tf.errors.OutOfRangeError


_END_OF_DATA = _end_of_data()


class Recorder(Protocol):
    """Who records a training.

    Attributes:
        tap: The present tap, or `None`.
    """

    tap: GradientTap | None

    def tap_for(self, model: keras.Model) -> GradientTap:
        """Return a tap that has a column for each of the model's weights."""

    def flush(self) -> None:
        """Save what the tap recorded; called when a step raises."""


class TappedTraining:
    """A model's training function with taps in it; takes the place of `model.train_function`.

    One for a model, however many callbacks record it. Keras tells no callback that training broke
    off, so whoever records asks again before each step, with `arm`. The taps are in the optimizer
    only while that step runs, and this object removes itself when a step raises, or when it is
    called for a step that nobody asked for. Between `arm` and its step `train_on_batch`, which
    another callback may call, runs Keras' own function.

    Args:
        model: A compiled model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._armed: dict[Recorder, Any] = {}  # -> the training that it asked in
        self._plain: TrainFunction | None = None  # what Keras made
        self._untraced: TrainFunction | None = None  # made for recording, with no tap in it yet
        self._tapped: TrainFunction | None = None  # the same, with these taps in it:
        self._taps: tuple[GradientTap, ...] = ()
        self._on_batch: Replacement | None = None  # of `train_on_batch`, while armed

    @classmethod
    def of(cls, model: keras.Model, known: "TappedTraining | None" = None) -> "TappedTraining":
        """Return the one that is in the model, or `known` if it is of that model, or a new one."""
        if isinstance(model.train_function, cls):
            return model.train_function
        return known if known is not None and known._model is model else cls(model)

    def install(self) -> None:
        """Put this object into the model, and note when Keras' function there is another one."""
        if self._model.train_function is not self:
            if self._model.train_function is not self._plain:  # it was compiled anew
                self._plain = self._model.train_function
                self._untraced = self._tapped = None
            self._model.train_function = self

    def remove(self) -> None:
        """Put Keras' own functions back."""
        self._disarm()
        if self._model.train_function is self:
            self._model.train_function = self._plain

    def arm(self, recorder: Recorder) -> None:
        """Record the next step of the present training."""
        self.install()
        # JAX takes the values out of all variables while a step runs, and these two read some.
        if self._tapped is None and self._untraced is None:
            self._untraced = self._made()
        if recorder.tap is not None:
            recorder.tap.follow(self._model.optimizer)
        self._armed[recorder] = _training(self._model)
        if self._on_batch is None:
            step_aside = self._stepping_aside(self._model.train_on_batch)
            self._on_batch = Replacement(self._model, "train_on_batch", step_aside)

    def __call__(self, *state_and_data: Any) -> Any:
        """Run what Keras calls once a batch (or once in `steps_per_execution`)."""
        training = _training(self._model)
        recorders = [r for r, asked_in in self._armed.items() if asked_in is training]
        self._disarm()
        if not recorders:
            function = self._plain_function()
            self.remove()
            return function(*state_and_data)
        try:
            function = self._tapped_function(recorders)
            with contextlib.ExitStack() as stack:
                for tap in self._taps:
                    stack.enter_context(tap.on(self._model.optimizer))
                return function(*state_and_data)
        except _END_OF_DATA:
            raise  # the data ended, and Keras goes on
        except BaseException:
            self.remove()
            for recorder in recorders:
                recorder.flush()
            raise

    def _disarm(self) -> None:
        self._armed = {}
        if self._on_batch is not None:
            self._on_batch.restore()
            self._on_batch = None

    def _stepping_aside(self, train_on_batch: Callable[..., Any]) -> Callable[..., Any]:
        """Return the model's method as it is without this object in the model."""

        @functools.wraps(train_on_batch)
        def step(*arguments: Any, **options: Any) -> Any:
            with replaced(self._model, "train_function", self._plain_function()):
                return train_on_batch(*arguments, **options)

        return step

    def _plain_function(self) -> TrainFunction:
        if self._plain is None:  # the model was compiled during training
            self._plain = self._made()
        return self._plain

    def _tapped_function(self, recorders: list[Recorder]) -> TrainFunction:
        if self._tapped is None or self._taps != tuple(r.tap for r in recorders):
            # A new one, as Keras' may have been traced already, without these taps.
            self._taps = tuple(r.tap_for(self._model) for r in recorders)
            self._tapped, self._untraced = self._untraced or self._made(), None
        return self._tapped

    def _made(self) -> TrainFunction:
        function = _made_anew(self._model)
        self._model.train_function = self
        return function


@contextlib.contextmanager
def fresh_train_function(model: keras.Model) -> Iterator[None]:
    """Have Keras trace the model's training function anew in this block, for a tap to be in it.

    Args:
        model: A model; one that has no training function is left as it is.
    """
    before = getattr(model, "train_function", None)
    made = None

    def function(*state_and_data: Any) -> Any:
        nonlocal made
        if made is None:
            made, model.train_function = _made_anew(model), function
        return made(*state_and_data)

    if before is not None:
        model.train_function = function
    try:
        yield
    finally:
        # What Keras made in the block, the model compiled anew or for the first time, has the tap
        # in it for good.
        if hasattr(model, "train_function"):
            model.train_function = before if model.train_function is function else None


def _made_anew(model: keras.Model) -> TrainFunction:
    """Have Keras make the model's training function, which has not been traced."""
    # JAX keeps what it traced by the function that it was of, and a bound method equals the last.
    with replaced(model, "train_step", functools.partial(model.train_step)):
        model.make_train_function(force=True)
    return model.train_function


def _training(model: keras.Model) -> Any:
    """Return what tells one `fit` from the next: each gives the model a `History` of its own."""
    return getattr(model, "history", None)
