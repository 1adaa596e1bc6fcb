"""When to draw: `draw_freq`."""

from typing import Literal

DrawFreq = Literal["end", "epoch"] | int


class DrawSchedule:
    """Counts epochs and says after which of them to draw.

    A picture takes as long as several training steps of a small model (about 50 ms), and a later
    one shows as much as an earlier one; so the default of all callbacks is `"end"`.

    Args:
        draw_freq: `"end"`: when training ends only; an int n: also after each n-th epoch;
            `"epoch"`: after each.

    Raises:
        ValueError: `draw_freq` is something else.

    Example:

    >>> from keras_rnn_study.callbacks.drawing import DrawSchedule
    >>> schedule = DrawSchedule(2)
    >>> [schedule.epoch_ended() for epoch in range(4)]
    [False, True, False, True]
    """

    def __init__(self, draw_freq: DrawFreq) -> None:
        if isinstance(draw_freq, int):
            is_known = draw_freq >= 1 and not isinstance(draw_freq, bool)
        else:
            is_known = isinstance(draw_freq, str) and draw_freq in ("end", "epoch")
        if not is_known:
            raise ValueError(
                "draw_freq must be 'end', 'epoch' or a positive integer, a number of epochs. "
                f"Received: draw_freq={draw_freq!r}."
            )
        self._every = 1 if draw_freq == "epoch" else draw_freq
        self._epochs = 0

    def epoch_ended(self) -> bool:
        """Count an epoch and return whether to draw after it."""
        self._epochs += 1
        return isinstance(self._every, int) and self._epochs % self._every == 0
