from .swapping import Fused as Fused
from .swapping import fused as fused
