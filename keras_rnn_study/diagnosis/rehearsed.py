"""What a few updates on copies of the weights came to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_GROWN = 100.0
"""Answers that grew a hundredfold are what breaks a loss, not the loss."""


@dataclass(frozen=True)
class Rehearsal:
    """What some updates on one batch came to; all arrays begin with the axis of updates.

    Attributes:
        losses: (updates,), the loss before each update, in training mode.
        norms: (updates,), norm of the whole gradient before clipping.
        clip_ratios: (updates,), norm after clipping over norm before; `None`: nothing clips.
        relative_updates: Name of each kernel -> (updates,), length of the step over that of the
            weight.
        gradient_norms: Name of each weight -> (updates,); zeros where no path leads to it.
        disconnected: Names of weights that the loss does not depend on.
        input_norms: Name of each recurrent layer -> (updates, time), mean norm of dL/dx_t.
        sequences: Name of each recurrent layer -> (batch, time, features), what goes into it.
        output_sizes: Name of each layer, in the order of the calls -> (updates,), the largest
            absolute value that it hands on; infinity where some are not finite.
    """

    losses: np.ndarray
    norms: np.ndarray
    clip_ratios: np.ndarray | None
    relative_updates: Mapping[str, np.ndarray]
    gradient_norms: Mapping[str, np.ndarray]
    disconnected: tuple[str, ...]
    input_norms: Mapping[str, np.ndarray]
    sequences: Mapping[str, np.ndarray]
    output_sizes: Mapping[str, np.ndarray]

    @property
    def broken(self) -> int | None:
        """Return the first update whose loss or gradient is not finite; `None`: there is none."""
        bad = ~(np.isfinite(self.losses) & np.isfinite(self.norms))
        return int(np.argmax(bad)) if bad.any() else None

    @property
    def is_broken_by_the_loss(self) -> bool:
        """Return whether the loss is not finite though the answers are no larger than before."""
        at = self.broken
        if not at or np.isfinite(self.losses[at]) or not self.output_sizes:
            return False
        grown = [sizes[at] <= _GROWN * max(sizes[0], 1) for sizes in self.output_sizes.values()]
        return all(grown)
