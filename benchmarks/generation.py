"""What fresh data costs: a batch over a training step, over a plain loop, and while training.

    python benchmarks/generation.py [--pairs 21] [--output benchmarks/results/generation.json]

For each task at a gap of 50, batches of 64, and the smallest model, a SimpleRNN of 32 units:

- *batch over step*: drawing 40 batches over training 40 steps on a batch that lies ready;
- *batch over loop*: drawing a batch over making it sample by sample in plain Python;
- *fit on stream*: training 40 steps on `stream` over training them on arrays of 40 batches.

Each figure is a median of ratios of two things that ran in turn in one process.
"""

import argparse
import functools
import itertools
import json
import os
import platform
from datetime import date

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import plain_loops
import tensorflow as tf
from pairs import ratios

from keras_rnn_study import build_model
from keras_rnn_study.datasets import catalog

BATCH, GAP, STEPS = 64, 50, 40


def measure(name, pairs):
    module = catalog.get(name)
    model = build_model(name, "simple_rnn", units=32, seed=0)
    x, y = module.make(BATCH, gap=GAP, seed=0)
    ready = tf.data.Dataset.from_tensors((tf.constant(x), tf.constant(y))).repeat()
    fresh = module.stream(BATCH, gap=GAP, seed=0)
    seeds = itertools.count()

    arrays = module.make(BATCH * STEPS, gap=GAP, seed=0)

    def fit(data):
        model.fit(data, steps_per_epoch=STEPS, shuffle=False, verbose=0)

    def fit_arrays():
        model.fit(*arrays, batch_size=BATCH, shuffle=False, verbose=0)

    def draw(times):
        for _ in range(times):
            module.make(BATCH, gap=GAP, seed=next(seeds))

    def loop():
        plain = plain_loops.batch(name, BATCH, GAP, next(seeds))
        for array, expected in zip(plain, (x, y), strict=True):
            assert (array.shape, array.dtype) == (expected.shape, expected.dtype)

    return {
        "batch over step": ratios(lambda: draw(STEPS), lambda: fit(ready), pairs),
        "batch over loop": ratios(functools.partial(draw, 1), loop, 10 * pairs, at_most=5),
        "fit on stream": ratios(lambda: fit(fresh), fit_arrays, pairs),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=21)
    parser.add_argument("--output", help="JSON file for the result")
    parser.add_argument("--only", default="", help="measure again what has this in its name")
    arguments = parser.parse_args()
    result = {
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "pairs": arguments.pairs,
        "steps": STEPS,
        "figures": {},
    }
    if arguments.only and arguments.output:
        with open(arguments.output) as file:
            result["figures"] = json.load(file)["figures"]
    print(f"{'task':18}{'what':18}quartiles of the ratio")
    for name in catalog.TASK_NAMES:
        if arguments.only not in name:
            continue
        result["figures"][name] = measure(name, arguments.pairs)
        for what, quartiles in result["figures"][name].items():
            print(f"{name:18}{what:18}{quartiles}", flush=True)
    if arguments.output:
        with open(arguments.output, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
