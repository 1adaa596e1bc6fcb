"""What multiplies on the way back through time: Jacobians, and what follows from them.

Everything is computed in float64 along the real trajectory of real samples, in inference mode. The
state is one vector: h, and behind it whatever else the cell has (an LSTM's c).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
