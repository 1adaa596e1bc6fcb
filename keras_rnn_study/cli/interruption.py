"""Ctrl-C while models are trained."""

import signal
import threading
from types import FrameType, TracebackType

import keras


class Interruption(keras.callbacks.Callback):
    """Raises `KeyboardInterrupt` after the step in which Ctrl-C was pressed.

    Python raises it wherever it is, also where TensorFlow has called it back: there it can be lost,
    and training goes on, or end in an abort. So the signal is noted, and raised between two steps.
    Pressed a second time, it is raised at once.

    As a context manager it stands around the trainings whose callback it is. Where somebody else
    handles the signal, or in another thread than the first, it does nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_pressed = False
        self._is_handled = False

    def __enter__(self) -> "Interruption":
        """Handle the signal from here on."""
        is_first = threading.current_thread() is threading.main_thread()
        if is_first and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._is_handled = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the signal back, and raise what came after the last step."""
        if self._is_handled:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if kind is None:
            self._raise()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Raise what came in this step."""
        self._raise()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Raise what came since the last step."""
        self._raise()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._is_pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def _raise(self) -> None:
        if self._is_pressed:
            raise KeyboardInterrupt
