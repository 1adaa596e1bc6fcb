"""Numbers in sentences."""

from collections.abc import Collection


def span(values: Collection[float], form: str, to: str = " to ") -> str:
    """Write several numbers as one or two: the smallest and the largest.

    Args:
        values: Numbers, at least one.
        form: How each is written, as `format` takes it.
        to: What stands between the two.

    Example:

    >>> span([0.5, 0.25, 1.0], ".2f"), span([-1e-9, 0.0], ".1f")
    ('0.25 to 1.00', '0.0')
    """
    low, high = (_written(value, form) for value in (min(values), max(values)))
    return low if low == high else f"{low}{to}{high}"


def _written(value: float, form: str) -> str:
    text = format(value, form)
    return text.lstrip("-") if not text.strip("-0.") else text  # -0.0 is 0.0
