"""Packages that one task needs and nothing else does."""

import importlib
import types


def load(module: str, *, package: str, extra: str) -> types.ModuleType:
    """Import a module of an optional package.

    Raises:
        ModuleNotFoundError: The package is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"This task needs {package}, which is not installed. "
            f"Install it with: pip install 'keras-rnn-study[{extra}]'"
        ) from error
