from . import callbacks as callbacks
from . import claims as claims
from . import datasets as datasets
from . import diagnosis as diagnosis
from . import diagrams as diagrams
from . import doctor as doctor
from . import dynamics as dynamics
from . import live_view as live_view
from . import measures as measures
from . import pictures as pictures
from . import runs as runs
from . import study as study
from . import task_views as task_views
from . import trackers as trackers
from .diagnosis.diagnosing import diagnose as diagnose
from .fusion.swapping import fused as fused
from .live_view.showing import view as view
from .runs.models import build_model as build_model
from .tracing.graph import trace as trace
from .tracing.result import LayerTrace as LayerTrace
from .tracing.result import Trace as Trace

__version__: str
