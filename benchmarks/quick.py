"""A few rows for every change, beside what they were the last time: three minutes.

    python benchmarks/quick.py

Both sides of a ratio run in turn in this process, here as in the whole run, so a busy machine does
not count as a change. Ends with status 1 where a row is slower: where its lower quartile is above
the upper one of the last time.
"""

import functools
import itertools
import json
import sys
from pathlib import Path

from helpers import long_training
from helpers.models import batches, build, fit, samples
from helpers.pairs import over, ratios, rounds
from helpers.sizes import SIZES
from recording import all_three

from keras_rnn_study import fused, trace

RESULTS = Path(__file__).resolve().parent / "results"
CELLS = ("simple_rnn", "lstm")


def measure(cell, size):
    """Yields (result file, what, quartiles)."""
    batch, data, make = samples(size), batches(size), functools.partial(build, cell, size)
    model = make()
    traced = ratios(lambda: trace(model, *batch), lambda: model.train_on_batch(*batch), 15, 6)
    yield "recording", "trace over a step", traced
    swapped = make()
    fused(swapped)
    sides = {"fused": lambda: fit(swapped, data), "keras": lambda: fit(model, data)}
    taken = rounds(sides, 9, at_most=8)
    yield "peers", "fused over keras", over(taken["fused"], taken["keras"])
    kind = {"all three, every 10 steps": functools.partial(all_three, batch, 10)}
    compared = long_training.compare(make, data, kind, epochs=5, count=3, at_most=15)
    for what in (*kind, "all three, every 10 steps, end, ms"):
        yield "recording", what, compared[what]


def verdict(now, last):
    """How a row compares with the last time."""
    if last is None:
        return "new"
    if now[0] > last[2]:
        return "SLOWER"
    return "faster" if now[2] < last[0] else "alike"


def main():
    known = {
        name: json.loads((RESULTS / f"{name}.json").read_text()) for name in ("recording", "peers")
    }
    slower = 0
    for cell, size in itertools.product(CELLS, SIZES[:2]):
        for result, what, now in measure(cell, size):
            last = known[result]["figures"].get(f"{cell} {size}", {}).get(what)
            said = verdict(now, last)
            slower += said == "SLOWER"
            print(f"{cell} {size}  {what:36}{now}  was {last}  {said}", flush=True)
    sys.exit(slower > 0)


if __name__ == "__main__":
    main()
