from .diagnosis import Diagnosis as Diagnosis
from .dynamics import Dynamics as Dynamics
from .forward import Forward as Forward
from .gate_activations import GateActivations as GateActivations
from .gradient_flow import GradientFlow as GradientFlow
from .gradient_norms import GradientNorms as GradientNorms
from .probe import Probe as Probe
