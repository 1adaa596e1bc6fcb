from .diagnosing import diagnose as diagnose
from .finding import Finding as Finding
from .findings import Findings as Findings
from .foretelling import Foretelling as Foretelling
from .foretelling import foretell as foretell
from .foretelling_model import Signs as Signs
from .registry import RULES as RULES
from .rule import Rule as Rule
