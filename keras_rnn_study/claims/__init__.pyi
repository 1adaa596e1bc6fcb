from .catalog import CLAIMS as CLAIMS
from .claim import Claim as Claim
from .claim import Judgement as Judgement
from .running import run_claims as run_claims
