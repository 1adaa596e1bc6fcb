"""The article's claims as experiments: measured, judged by a stated rule, and shown.

    claim.py          what a claim and a judgement are
    c1_chain.py ...   one module a claim: `measure` gives numbers, `judge` a verdict from numbers
    gap_study.py      the sweep that C4 and C5 share
    running.py        measures, keeps the numbers, judges
    report.py         claim, evidence, verdict and rule for a terminal

Measuring and judging are apart, so that a rule can be tried on numbers that were never measured.
"""

from keras_rnn_study.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "CLAIMS": "keras_rnn_study.claims.catalog",
        "Claim": "keras_rnn_study.claims.claim",
        "Judgement": "keras_rnn_study.claims.claim",
        "run_claims": "keras_rnn_study.claims.running",
        "claims_view": "keras_rnn_study.claims.report",
    },
)
