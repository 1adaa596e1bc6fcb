"""Writes the claims as a page, from what was measured and is kept in docs/claims/.

keras-rnn-study claims --out docs/claims     # measures them anew: some minutes
python docs/claims_page.py [--out docs/_static/claims.html]
"""

import argparse
import json
from pathlib import Path

from keras_rnn_study.claims.catalog import CLAIMS
from keras_rnn_study.claims.page import claims_page

MEASURED = Path(__file__).parent / "claims"


def judged():
    """Judge each claim by what is kept."""
    numbers = {
        claim: json.loads((MEASURED / f"{claim.name}.json").read_text(encoding="utf-8"))
        for claim in CLAIMS
    }
    return {claim.name: claim.judge(measured) for claim, measured in numbers.items()}


def write(out):
    """Write the page."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(claims_page(judged(), MEASURED), encoding="utf-8")


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--out", default="docs/_static/claims.html", type=Path)
    write(reader.parse_args().out)
