"""Diagrams of a recurrent layer's module, with the values of a trained model in them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
