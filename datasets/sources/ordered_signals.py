"""Sequences of distractors with two signals or three among them, for `temporal_order`.

"E" opens a sequence and "B" ends it; a to d are the distractors, X and Y the signals.
"""

import dataclasses

import numpy as np

from keras_rnn_study.datasets import sampling

SYMBOLS = "EBabcdXY"
FRAME, SIGNALS = 2, 2
"""How many of the symbols, the first ones, stand around a sequence; how many, the last, signal."""

_START, _TRIGGER, _DISTRACTOR, _SIGNAL, _PADDING = 0, 1, 2, 6, 8
_NUM_DISTRACTORS = 4
_ONE_HOT = np.eye(len(SYMBOLS) + 1, len(SYMBOLS), dtype="float32")  # padding is all zeros


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where a sequence has its signals; E is step 0, also where it is cut off in the end.

    Attributes:
        windows: First and last step at which each of the signals may be.
        shortest, longest: Number of steps from E to B.
        framed: Whether E and B are left on.
    """

    windows: tuple[tuple[int, int], ...]
    shortest: int
    longest: int
    framed: bool = True


def draw(
    layout: Layout, generator: np.random.Generator, num_samples: int, held_out: bool
) -> sampling.Samples:
    """Draw sequences, one-hot (batch, time, features), and the order of their signals, (batch,)."""
    samples = np.arange(num_samples)
    signal_steps = [last for _, last in layout.windows]
    signals = generator.integers(2, size=(num_samples, len(signal_steps)))
    lengths = generator.integers(layout.shortest, layout.longest + 1, size=num_samples)
    tokens = generator.integers(
        _NUM_DISTRACTORS, size=(num_samples, layout.longest), dtype="int8"
    )  # (batch, time)

    # Only distractors tell the part: all else counts 0. Step 1 is always one here.
    after = np.arange(layout.longest) >= lengths[:, None] - 1
    tokens[after] = 0
    tokens[:, signal_steps] = 0
    sampling.mark_part(tokens[:, :0:-1], _NUM_DISTRACTORS, generator, held_out)

    tokens += _DISTRACTOR
    tokens[:, signal_steps] = _SIGNAL + signals
    tokens[after] = _PADDING
    tokens[:, 0], tokens[samples, lengths - 1] = _START, _TRIGGER

    # Each signal is at its window's last step: let it change places with any one there.
    for first, last in layout.windows:
        steps = generator.integers(first, last + 1, size=num_samples)
        tokens[samples, steps], tokens[:, last] = tokens[:, last].copy(), tokens[samples, steps]

    if layout.framed:
        x = _ONE_HOT.take(tokens, axis=0)
    else:
        x = _ONE_HOT[:, _DISTRACTOR:].take(tokens[:, 1:-1], axis=0)
    y = signals @ (1 << np.arange(len(signal_steps))[::-1])  # the first signal counts most
    return x, y.astype("int32")
