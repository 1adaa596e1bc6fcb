"""What a claim is, and what can be said of it."""

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from keras_rnn_study.arguments import check_choice

if TYPE_CHECKING:
    from keras_rnn_study.study import Study

HOLDS, CONDITION, FAILS = "holds", "holds with a condition", "does not hold"
NOT_MEASURED = "not measured"
VERDICTS = (HOLDS, CONDITION, FAILS, NOT_MEASURED)

Numbers = dict[str, Any]
"""What a claim measured: names of numbers, lists and dicts of such, as JSON holds them."""


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What the numbers say of a claim.

    Attributes:
        verdict: "holds", "holds with a condition" or "does not hold"; "not measured" is no
            verdict: the numbers are missing, or could not have come out otherwise.
        evidence: The measured numbers in words, a finding a line; the condition, if there is one;
            the reason, if nothing was measured.

    Raises:
        ValueError: There is no such verdict.
    """

    verdict: str
    evidence: str

    def __post_init__(self) -> None:
        check_choice("verdict", self.verdict, VERDICTS)


@dataclasses.dataclass(frozen=True)
class Claim:
    """One claim of the article, its experiment and its rule.

    Attributes:
        name: "C1" to "C6".
        statement: What the article says.
        rule: How the verdict follows from the numbers, in words.
        measure: Function that returns a dict of plain numbers, which JSON can hold. It takes
            nothing, or for a claim with a study the list of `Result` of that.
        judge: Function of such a dict that returns a `Judgement`. It knows nothing but the numbers.
        study: Function that returns the `Study` which `measure` needs; `None`: it needs none.
    """

    name: str
    statement: str
    rule: str
    measure: Callable[..., Numbers]
    judge: Callable[[Numbers], Judgement]
    study: Callable[[], "Study"] | None = None


def verdict_of(outcomes: Iterable[bool]) -> str:
    """Judge several cases together.

    Args:
        outcomes: Booleans, at least one: whether it was so, in each case.

    Returns:
        "holds": it was so in every case; "does not hold": in none; else "holds with a condition".

    Example:

    >>> verdict_of([True, True]), verdict_of([True, False]), verdict_of([False])
    ('holds', 'holds with a condition', 'does not hold')
    """
    outcomes = list(outcomes)
    if all(outcomes):
        return HOLDS
    return CONDITION if any(outcomes) else FAILS


def not_measured(reason: str) -> Judgement:
    """Return the judgement where there is nothing to judge."""
    return Judgement(NOT_MEASURED, f"Not measured: {reason}")


def missing(numbers: object, name: str = "") -> list[str]:
    """Name the numbers that are not there: `None`, NaN, or nothing at all.

    Args:
        numbers: dict, list, number or text, nested to any depth.

    Returns:
        List of str, such as `["training.unclipped.loss"]`.

    Example:

    >>> missing({"a": 1.0, "b": {"c": None, "d": [2, float("nan")]}, "e": []})
    ['b.c', 'b.d.1', 'e']
    """
    if isinstance(numbers, dict | list | tuple):
        items = numbers.items() if isinstance(numbers, dict) else enumerate(numbers)
        inner = [f"{name}.{key}".lstrip(".") for key, _ in items]
        values = numbers.values() if isinstance(numbers, dict) else numbers
        found = [m for n, v in zip(inner, values, strict=True) for m in missing(v, n)]
        return found if inner else [name or "all numbers"]
    is_missing = numbers is None or (isinstance(numbers, float) and math.isnan(numbers))
    return [name] if is_missing else []
