"""Ctrl-C while a model is trained."""

import signal

import keras
import numpy as np
import pytest

from keras_rnn_study.cli.interruption import Interruption


@pytest.fixture(autouse=True)
def default_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class PressedWhereNothingCanBeRaised(keras.callbacks.Callback):
    """Python raises the signal in a finalizer, as it may in TensorFlow's: there it is lost."""

    def __init__(self, at):
        super().__init__()
        self.at, self.steps = at, 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == self.at:
            Pressing()


class Pressing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)


def fit(*callbacks):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((20, 3), "float32")
    model.fit(x, x[:, :1], batch_size=2, verbose=0, callbacks=list(callbacks))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_is_not_lost():
    lost = PressedWhereNothingCanBeRaised(at=3)
    fit(lost)
    assert lost.steps == 10  # as it is without

    pressed = PressedWhereNothingCanBeRaised(at=3)
    with pytest.raises(KeyboardInterrupt), Interruption() as interruption:
        fit(pressed, interruption)
    assert pressed.steps == 3


def press(times, done):
    """Each press, and the work that follows it."""
    for number in range(times):
        signal.raise_signal(signal.SIGINT)
        done.append(number)


def test_one_after_the_last_step_is_raised_at_the_end():
    done = []
    with pytest.raises(KeyboardInterrupt), Interruption():
        press(1, done)
    assert done == [0]


def test_a_second_one_is_raised_at_once():
    done = []
    with pytest.raises(KeyboardInterrupt), Interruption():
        press(3, done)
    assert done == [0]


def test_the_handler_is_given_back():
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_somebody_else_stays():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
