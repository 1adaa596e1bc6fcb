"""When to draw: while training runs, drawing may take only a small share of its time."""

import contextlib
import time

# Of the time since training began. Two callbacks draw, so together it is twice as much.
SHARE = 0.01

# Seconds that the first drawing is expected to take: one picture. So a training that is over
# within five seconds draws once, at its end.
_FIRST = 0.05


class DrawingTime:
    """Counts how long drawing takes, and says whether there is time for more.

    A picture takes as long as several training steps of a small model. Where epochs are long it is
    drawn after each of them; where they are short, as often as `SHARE` of the time allows.

    Args:
        clock: Function without arguments that returns seconds.

    Example:

    >>> from keras_rnn_study.callbacks.drawing import DrawingTime
    >>> seconds = iter([0.0, 4.0, 6.0, 6.0, 6.1, 8.0, 26.0])
    >>> drawing = DrawingTime(clock=lambda: next(seconds))  # training begins at 0.0
    >>> drawing.is_left(), drawing.is_left()  # at 4.0 and 6.0
    (False, True)
    >>> with drawing.spent():  # from 6.0 to 6.1
    ...     pass
    >>> drawing.is_left(), drawing.is_left()  # at 8.0 and 26.0
    (False, True)
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._began = clock()
        self._all, self._last = 0.0, _FIRST

    def is_left(self):
        """Whether one more drawing, as long as the last, would keep all within the share."""
        return self._all + self._last <= SHARE * (self._clock() - self._began)

    @contextlib.contextmanager
    def spent(self):
        """Counts the time within the block."""
        start = self._clock()
        try:
            yield
        finally:
            self._last = self._clock() - start
            self._all += self._last
