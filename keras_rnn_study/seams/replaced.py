"""`replaced`: an attribute of one object, for the length of a block or until it is put back."""

import contextlib
from collections.abc import Iterator
from typing import Any

_ABSENT = object()


class Replacement:
    """One attribute of one instance, replaced; `restore` puts back what stood there.

    The value goes straight into the instance's dictionary: Keras' own `__setattr__` is for what a
    layer or an optimizer should track and save. What somebody else put there meanwhile is theirs
    and stays.

    Args:
        instance: Any object with a `__dict__`.
        name: Name of the attribute.
        value: What stands there from now on.
    """

    def __init__(self, instance: Any, name: str, value: Any) -> None:
        self._instance, self._name, self._value = instance, name, value
        self._before = vars(instance).get(name, _ABSENT)
        vars(instance)[name] = value

    def restore(self) -> None:
        """Put back what stood there; do nothing when it is no longer ours, or a second time."""
        if vars(self._instance).get(self._name, _ABSENT) is not self._value:
            return
        if self._before is _ABSENT:
            del vars(self._instance)[self._name]
        else:
            vars(self._instance)[self._name] = self._before


@contextlib.contextmanager
def replaced(instance: Any, name: str, value: Any) -> Iterator[None]:
    """Replace an attribute of one instance in this block only.

    Args:
        instance: Any object with a `__dict__`.
        name: Name of the attribute.
        value: What stands there within the block.

    Example:

    >>> class Layer:
    ...     def loop(self):
    ...         return "Keras' own"
    >>> layer = Layer()
    >>> with replaced(layer, "loop", lambda: "another"):
    ...     layer.loop()
    'another'
    >>> layer.loop(), vars(layer)
    ("Keras' own", {})
    """
    replacement = Replacement(instance, name, value)
    try:
        yield
    finally:
        replacement.restore()
