"""Where the tap is in a `fit`: in the model's training function, while a step runs."""

import contextlib

import tensorflow as tf


class TappedTraining:
    """A model's training function with taps in it; takes the place of `model.train_function`.

    One for a model, however many callbacks record it. The taps are in the optimizer only while a
    step runs, and this object removes itself when a step raises, or when it is called by a `fit`
    that did not `arm` it: Keras tells no callback that training broke off.

    Args:
        model: A compiled model.
    """

    def __init__(self, model):
        self._model = model
        self._taps = {}  # tap -> what to call when a step raises
        self._armed = False
        self._plain = None  # what Keras made
        self._tapped = None, ()  # made for recording, and the taps that it was traced with

    @classmethod
    def of(cls, model):
        """The one that is in the model, or a new one."""
        return model.train_function if isinstance(model.train_function, cls) else cls(model)

    def may_return(self, model, current):
        """Whether this one, which took part in an earlier training, still serves the model."""
        return self._model is model and (current is self or model.train_function is self._plain)

    def join(self, tap, on_error):
        """Adds a tap, and puts this object into the model.

        Args:
            tap: A `GradientTap` on the optimizer that the training uses.
            on_error: Called without arguments when a step raises.
        """
        self._taps[tap] = on_error
        self._install()

    def leave(self, tap):
        """Takes a tap out, and with the last one this object out of the model."""
        self._taps.pop(tap, None)
        if not self._taps:
            self._remove()

    def arm(self):
        """Allows one call."""
        self._install()  # another callback may have trained or compiled meanwhile
        self._armed = True

    def __call__(self, iterator):
        """Runs what Keras calls once a batch (or once in `steps_per_execution`)."""
        if not self._armed:
            self._remove()
            return self._plain(iterator)
        self._armed = False
        try:
            with contextlib.ExitStack() as stack:
                for tap in self._taps:
                    stack.enter_context(tap)
                return self._function()(iterator)
        except (StopIteration, tf.errors.OutOfRangeError):
            raise  # the data ended, and Keras goes on
        except BaseException:
            self._remove()
            for on_error in self._taps.values():
                on_error()
            raise

    def _install(self):
        if self._model.train_function is not self:
            if self._model.train_function is not self._plain:
                self._plain, self._tapped = self._model.train_function, (None, ())
            self._model.train_function = self

    def _remove(self):
        if self._model.train_function is self:
            self._model.train_function = self._plain

    def _function(self):
        function, taps = self._tapped
        if function is None or taps != tuple(self._taps):
            # A new one, as Keras' may have been traced already, without these taps.
            self._model.make_train_function(force=True)
            function = self._model.train_function
            self._tapped = function, tuple(self._taps)
            self._model.train_function = self
        return function
