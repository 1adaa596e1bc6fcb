from .diagnosis import Diagnosis as Diagnosis
from .gate_activations import GateActivations as GateActivations
from .gradient_flow import GradientFlow as GradientFlow
from .gradient_norms import GradientNorms as GradientNorms
from .probe import Probe as Probe
