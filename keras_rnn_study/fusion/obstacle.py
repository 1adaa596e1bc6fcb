"""One reason why a layer does not take a kernel, and the way out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Obstacle:
    """One reason why a layer does not take a kernel.

    Attributes:
        setting: str, what is so, such as `"recurrent_dropout=0.2"`.
        remedy: str, a sentence that says how to change it.
    """

    setting: str
    remedy: str
