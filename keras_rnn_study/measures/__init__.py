"""What is computed from traced arrays: arrays in, numbers out.

Nothing here knows a model or a file. Everything is accumulated in float64: a gradient that has come
back through many steps may be 1e-30, and its square is zero in float32.

NaN among the inputs of the functions that reduce over time means "not measured at this step", which
is how `step_norms` marks a step that is masked in every sample.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
