"""The six claims."""

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.claims import c1_chain, c2_vanishing, c3_exploding, c4_gap, c5_lstm, c6_gates
from keras_rnn_study.claims.claim import Claim

CLAIMS = (
    c1_chain.CLAIM,
    c2_vanishing.CLAIM,
    c3_exploding.CLAIM,
    c4_gap.CLAIM,
    c5_lstm.CLAIM,
    c6_gates.CLAIM,
)


def get(name: str) -> Claim:
    """Find the claim of that name.

    Raises:
        ValueError: There is none, with the nearest name.

    Example:

    >>> get("C2").name
    'C2'
    """
    claims = {claim.name: claim for claim in CLAIMS}
    check_choice("claim", name, claims)
    return claims[name]
