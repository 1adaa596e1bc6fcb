"""What fresh data costs: a batch over a training step, over a plain loop, and while training.

    python benchmarks/generation.py --output benchmarks/results/generation.json

For each task at a gap of 50, batches of 64, and the smallest model, a SimpleRNN of 32 units:

- *batch over step*: drawing 40 batches over training 40 steps on a batch that lies ready;
- *batch over loop*: drawing a batch over making it sample by sample in plain Python;
- *fit on stream*: training 40 steps on `stream` over training them on arrays of 40 batches.

Each figure is a median of ratios of two things that ran in turn in one process.
"""

import functools
import itertools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from helpers import plain_loops
from helpers.pairs import ratios
from helpers.result_file import ResultFile, parser

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
    arguments = parser(__doc__, pairs=21).parse_args()
    pairs = 2 if arguments.quick else arguments.pairs
    result = ResultFile(arguments, pairs=pairs, steps=STEPS)
    for name in catalog.TASK_NAMES:
        if result.wants(name):
            result.add(name, measure(name, pairs))


if __name__ == "__main__":
    main()
