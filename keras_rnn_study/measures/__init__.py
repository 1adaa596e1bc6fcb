"""What is computed from traced arrays: arrays in, numbers out.

Nothing here knows a model or a file. Everything is accumulated in float64: a gradient that has come
back through many steps may be 1e-30, and its square is zero in float32.

What is not a number stays visible: a norm, a horizon, a decay of NaN is NaN. Steps that are masked
are told by the mask, not by NaN.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
