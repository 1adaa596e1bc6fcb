"""See inside standard Keras recurrent layers while they train."""

import importlib.metadata

import lazy_loader

_attached, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name == "__version__":  # asked of the installation only when somebody wants it
        return importlib.metadata.version("keras-rnn-study")
    return _attached(name)
