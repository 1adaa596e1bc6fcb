from .models import build_model as build_model
from .optimizers import build_optimizer as build_optimizer
from .quiet import start_tensorflow as start_tensorflow
from .recording import record as record
from .result import Result as Result
from .result import verdict as verdict
from .run import Run as Run
from .training import train as train
