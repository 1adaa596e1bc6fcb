"""How an illness is proved: from what patient and twin came to, after equally many updates."""

import dataclasses
from collections.abc import Callable

LEARNED = 0.5
"""The skill from which someone counts as having learned: half of what there is to know."""

MARGIN = 0.25
"""By how much the patient's skill has to be below its twin's."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a training came to.

    Attributes:
        test: Skill on held-out data.
        train: Skill on the training inputs; `None` if `y` is not in the form of the answers.
        padding: How far the answers move, on average, when padding is cut off; `None` where the
            model takes sequences of one length only.
        error: What the training raised, in one line.
    """

    test: float
    train: float | None = None
    padding: float | None = None
    error: str | None = None


Criterion = Callable[[Outcome, Outcome], bool]
"""From the patient's outcome and the twin's to whether the illness is proved."""


def learns_less(ill: Outcome, twin: Outcome) -> bool:
    """Twin learns; the patient does not: its skill is lower by a margin, or training raises."""
    return twin.error is None and twin.test >= LEARNED and ill.test <= twin.test - MARGIN


def generalises_less(ill: Outcome, twin: Outcome) -> bool:
    """Both know their training data; only the twin knows other data as well."""
    return (
        min(ill.train or 0, twin.train or 0, twin.test) >= LEARNED
        and ill.test <= ill.train - MARGIN
        and twin.test >= twin.train - MARGIN
    )


def knows_too_much(best: float) -> Criterion:
    """Patient has a skill that nobody can have who does not see the answer; the twin has not."""

    def proved(ill: Outcome, twin: Outcome) -> bool:
        return ill.test > best + (1 - best) / 2 and best / 2 < twin.test < best + (1 - best) / 4

    proved.__name__ = "knows_too_much"
    proved.__doc__ = f"Patient's skill is far above {best:.2f}, the best forecast's; twin's is not."
    return proved


def answers_depend_on_padding(ill: Outcome, twin: Outcome) -> bool:
    """Patient's answers move by a thousandth or more when padding is cut off; twin's do not."""
    return ill.padding > 0.001 and twin.padding < 1e-5 and twin.test >= LEARNED


def learns_all_the_same(ill: Outcome, twin: Outcome) -> bool:
    """No fault in learning but a remark on speed: both learn, and what is odd is by definition."""
    return min(ill.test, twin.test) >= LEARNED
