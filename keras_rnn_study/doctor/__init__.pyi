from . import model_file as model_file
from .layer_kernels import LayerKernel as LayerKernel
from .layer_kernels import Obstacle as Obstacle
from .layer_kernels import examine as examine
from .machine import Machine as Machine
from .machine import this_machine as this_machine
