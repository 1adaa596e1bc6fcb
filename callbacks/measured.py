"""What a callback measured of a probe: one value of a record."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keras_rnn_study.event_log.tags import quantity_of, tag


class Measured(NamedTuple):
    """A number, or an array where the quantity is no scalar.

    The layer is `""` where it is of none, the part where it is of the layer as a whole.

    Example:

    >>> Measured("gradient_horizon", "lstm", "c", 12.0).tag
    'gradient_horizon/lstm/c'
    """

    quantity: str
    layer: str
    part: str
    value: float | np.ndarray

    @property
    def tag(self) -> str:
        """Under which it is kept and written."""
        return tag(self.quantity, *filter(None, (self.layer, self.part)))

    @property
    def kind(self) -> str:
        """How it is shown; see `quantities.Quantity`."""
        return quantity_of(self.quantity).kind


def nearest_to_input(
    record: Sequence[Measured], quantity: str, parts: Sequence[str]
) -> list[Measured]:
    """Return what a record has of a quantity, of the layer nearest to the input, the best part.

    Args:
        record: Layers in the order in which the model calls them.
        quantity: One of `QUANTITIES`.
        parts: Those that will do, the best first.

    Returns:
        List of one `Measured`; of none where no layer has such a part.
    """
    found = [m for m in record if m.quantity == quantity and m.part in parts]
    first = [m for m in found if m.layer == found[0].layer]
    return sorted(first, key=lambda m: parts.index(m.part))[:1]
