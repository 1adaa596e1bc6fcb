"""Packages that one part of the toolkit needs and nothing else does: the extras of setup.cfg."""

import importlib
import importlib.metadata
import json
import types
import urllib.parse
import urllib.request
from typing import Any


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
            f"Install it with: {how_to_install(extra)}"
        ) from error


def how_to_install(extra: str) -> str:
    """Return the command that brings an extra, from where the toolkit itself was installed.

    A clone is its own source, and a file that was downloaded is too: the name alone would ask an
    index, which may have another version, or none.

    Example:
        >>> how_to_install("digits").startswith("pip install ")
        True
    """
    # Where one works in a clone, what building left there is found beside the installation.
    found = importlib.metadata.distributions(name="keras-rnn-study")
    written = (one.read_text("direct_url.json") for one in found)
    origin: dict[str, Any] = next((json.loads(text) for text in written if text), {})
    named = f"keras-rnn-study[{extra}]"
    if "dir_info" in origin:
        folder = urllib.request.url2pathname(urllib.parse.urlparse(origin["url"]).path)
        editable = "-e " if origin["dir_info"].get("editable") else ""
        return f'pip install {editable}"{folder}[{extra}]"'
    if origin:
        return f'pip install "{named} @ {origin["url"]}"'
    return f'pip install "{named}"'
