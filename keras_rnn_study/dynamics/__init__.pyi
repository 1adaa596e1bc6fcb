from .along import jacobians as jacobians
from .influence import Connectivity as Connectivity
from .influence import connectivity as connectivity
from .taken_away import occlusion as occlusion
