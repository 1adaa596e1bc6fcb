"""`Norms`: what the tap on a training step's gradients has read."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Norms:
    """Norms of some training steps, one record each; float64 arrays (records,).

    Attributes:
        steps: int64, training steps done before each; 0 for the first.
        whole: Norm of the whole gradient, before clipping.
        clipped: The same after clipping; `None` where the optimizer does not clip.
        skipped: bool, whether the loss scaler did not apply the step, which is NaN everywhere
            else; `None` where the loss is not scaled dynamically.
        weights: dict of name to norm, of each weight that got a gradient.
    """

    steps: np.ndarray
    whole: np.ndarray
    clipped: np.ndarray | None
    skipped: np.ndarray | None
    weights: dict[str, np.ndarray]

    @classmethod
    def of_no_step(cls) -> "Norms":
        """Return the record of nothing."""
        return cls(np.zeros(0, np.int64), np.zeros(0), None, None, {})

    def __repr__(self) -> str:
        optional = [name for name in ("clipped", "skipped") if getattr(self, name) is not None]
        names = ", ".join(["whole", *optional, *self.weights])
        return f"Norms({len(self.steps)} steps; {names})"
