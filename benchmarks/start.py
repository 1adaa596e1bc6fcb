"""What a fused loop costs to start, and after how many steps it has paid for that.

    python benchmarks/start.py --output benchmarks/results/start.json

XLA compiles for each shape; `BlockLSTMV2`, which a small LSTM takes, needs nothing compiled. The
first step of a new model on its fused loop, over that of one on Keras' own, and the difference of
their later steps.
"""

import itertools

import numpy as np
from helpers.models import LAYERS, QUICK_SIZES, SIZES, build, samples
from helpers.pairs import quartiles, rounds, seconds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused

MODELS = 5  # of each kind


def first_step(cell, size, batch, is_fused):
    """Seconds of it, and the model."""
    model = build(cell, size)
    if is_fused:
        fused(model)
    return seconds(lambda: model.train_on_batch(*batch)), model


def measure(cell, size, models):
    batch = samples(size)
    first_step(cell, size, batch, True)  # starts XLA, once for the process
    starts = {True: [], False: []}
    for _ in range(models):
        for is_fused, taken in starts.items():
            second, model = first_step(cell, size, batch, is_fused)
            taken.append(second)
            if is_fused:
                swapped = model
            else:
                standard = model
    sides = {
        "fused": lambda: swapped.train_on_batch(*batch),
        "keras": lambda: standard.train_on_batch(*batch),
    }
    taken = rounds(sides, 21, at_most=5)
    more = np.subtract(starts[True], starts[False])
    gain = np.subtract(taken["keras"], taken["fused"])
    return {
        "start, more, ms": quartiles(1e3 * more),
        "step, less, ms": quartiles(1e3 * gain),
        "pays after, steps": quartiles(more / np.median(gain)),
    }


def main():
    arguments = parser(__doc__).parse_args()
    models = 2 if arguments.quick else MODELS
    result = ResultFile(arguments, models=models)
    sizes = QUICK_SIZES if arguments.quick else SIZES
    for cell, size in itertools.product(LAYERS, sizes):
        if result.wants(name := f"{cell} {size}"):
            result.add(name, measure(cell, size, models))


if __name__ == "__main__":
    main()
