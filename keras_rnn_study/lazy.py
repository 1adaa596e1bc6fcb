"""Names of a package that bring their module only when they are used.

TensorFlow takes seconds to import; whoever asks for `--help` or makes a dataset should not wait.
"""

import importlib


def attach(package, homes):
    """What a package's `__init__.py` needs to offer names lazily (PEP 562).

    Args:
        package: Name of the package, `__name__`.
        homes: dict of public name to the module that defines it.

    Returns:
        Tuple of `__getattr__`, `__dir__` and `__all__`.

    Example:

    >>> __getattr__, __dir__, __all__ = attach("shapes", {"sqrt": "math"})
    >>> __getattr__("sqrt")(9.0), __dir__()
    (3.0, ['sqrt'])
    """

    def __getattr__(name):
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return __getattr__, lambda: sorted(homes), list(homes)
