"""The article's claims as experiments: measured, judged by a stated rule, and shown.

    claim.py          what a claim and a judgement are
    c1_chain.py ...   one module a claim: `measure` gives numbers, `judge` a verdict from numbers
    gap_study.py      the sweep that C4 and C5 share
    running.py        measures, keeps the numbers, judges
    page.py           one HTML page, with a picture each (charts.py), in Chinese, too (chinese.py)

Measuring and judging are apart, so that a rule can be tried on numbers that were never measured.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
