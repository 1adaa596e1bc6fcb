"""What is wrong with a recurrent network, in words, with the number that proves it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
