from .diagnosing import diagnose as diagnose
from .finding import Finding as Finding
from .findings import Findings as Findings
from .foretelling.foretell import Foretelling as Foretelling
from .foretelling.foretell import foretell as foretell
from .foretelling.odds import Signs as Signs
from .registry import RULES as RULES
from .rule import Rule as Rule
