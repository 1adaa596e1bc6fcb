from .gru import gru_module as gru_module
from .lstm import lstm_module as lstm_module
from .unrolled import chain as chain
