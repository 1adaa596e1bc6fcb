"""Ways to name the steps of a sample for people, for `Task.read_input`."""

from collections.abc import Callable, Sequence

import numpy as np

_SHADES = " .:-=+*#%@"

BLANKS = {" ": "␣", "\n": "↵", "\t": "⇥"}
"""How white space is shown where it is a symbol."""


def one_hot(names: Sequence[str]) -> Callable[[np.ndarray], list[str]]:
    """Name each step, `(time, features)`, after its feature that is not 0; padding is ""."""

    def read(sample: np.ndarray) -> list[str]:
        return [names[step.argmax()] if step.any() else "" for step in np.asarray(sample)]

    return read


def words(names: Callable[[], Sequence[str]]) -> Callable[[np.ndarray], list[str]]:
    """Name each step, `(time,)`, after its token; the names are asked for when they are needed."""

    def read(sample: np.ndarray) -> list[str]:
        known = names()
        strange = [token for token in sample if not 0 <= token < len(known)]
        if strange:
            raise ValueError(
                f"x must have tokens from 0 to {len(known) - 1}, but {strange[0]} was given. Pass "
                "an x of this task's make(...), with the same language and text if it takes any."
            )
        return [known[token] for token in sample]

    return read


def shades(lowest: float, highest: float) -> Callable[[np.ndarray], list[str]]:
    """Draw each step, `(time, features)`, in shades; where the last feature is 0, "_"."""

    def read(sample: np.ndarray) -> list[str]:
        sample = np.asarray(sample)
        levels = np.clip((np.nan_to_num(sample[:, :-1]) - lowest) / (highest - lowest), 0, 1)
        return [
            "".join(_SHADES[round(9 * float(level))] for level in step) if is_there else "_"
            for step, is_there in zip(levels, sample[:, -1], strict=True)
        ]

    return read


def numbers(sample: np.ndarray) -> list[str]:
    """Write the first number of each step, `(time, features)`, with two digits."""
    return [f"{step[0]:.2f}" for step in np.asarray(sample)]


def numbered(name: str, sample: np.ndarray) -> list[str]:
    """Name the steps "row 0", "row 1", ...; "_" where the last of `(time, features)` is 0."""
    return [f"{name} {step}" if there else "_" for step, there in enumerate(sample[:, -1])]


def visible(name: str) -> str:
    """Show white space, which tasks on characters have as a symbol."""
    return BLANKS.get(name, name)


def classes(names: Sequence[str]) -> Callable[[np.ndarray], str]:
    """Name an answer after its class."""
    return lambda answer: names[int(answer)]


def number(answer: np.ndarray) -> str:
    """Write an answer that is one real number with two digits."""
    return f"{np.asarray(answer).item():.2f}"
