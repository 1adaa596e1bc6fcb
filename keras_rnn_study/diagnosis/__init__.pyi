from .diagnosing import diagnose as diagnose
from .finding import Finding as Finding
from .findings import Findings as Findings
from .registry import RULES as RULES
from .rule import Rule as Rule
