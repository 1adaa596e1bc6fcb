"""How the cost of recording grows with time steps, units, layers and samples.

    python benchmarks/growth.py --output benchmarks/results/growth.json

A training step bare, one with `GradientNorms`, and a trace, of an LSTM, over one of the four at a
time; the others stay at 100 steps, 32 units, 1 layer, a batch of 8. An exponent p says that the
cost grows like n^p: the slope of the least-squares line through the logarithms, of all points and
of the upper half, as what is small costs mostly overhead. Of a trace also the memory by
time: what the first one adds to a process at its peak, compiling included, and what it returns.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf
from helpers.memory import added_at_peak
from helpers.models import build, fit, samples
from helpers.pairs import over, quartiles, seconds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GradientNorms

CELL, FEATURES = "lstm", 2
USUAL = {"time": 100, "units": 32, "layers": 1, "batch": 8}
GROWING = {
    "time": [100, 300, 1000, 3000, 10_000, 30_000, 100_000],
    "units": [16, 32, 64, 128, 256, 512, 1024, 2048],
    "layers": [1, 2, 4, 8, 16],
    "batch": [8, 32, 128, 512, 2048, 4096],
}
QUICK = {"time": [10, 20, 40], "units": [4, 8, 16], "layers": [1, 2], "batch": [2, 4]}
SIDES = ("step", "recorded step", "trace")
SECONDS = 0.7  # of steps in a row


class StepClock(keras.callbacks.Callback):
    """Notes when steps begin; as the first callback, so that the work of others counts."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def on_train_batch_begin(self, batch, logs=None):
        """Before all other callbacks."""
        self.steps.append(time.perf_counter())


def step_seconds(model, data, count, *callbacks):
    """Median of `count` steps within one `fit`, whose first and last do not count."""
    clock = StepClock()
    fit(model, data.repeat(count + 2), clock, *callbacks)
    return float(np.median(np.diff(clock.steps)[1:]))


def measure_point(time, units, layers, batch, repeats):
    """dict of side to list of seconds, measured in turn."""
    size = (batch, time, FEATURES, units)
    batch, model, recorded = samples(size), build(CELL, size, layers), build(CELL, size, layers)
    data = tf.data.Dataset.from_tensors(batch)
    taken = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as logs:
        norms = GradientNorms(logs)
        step_seconds(recorded, data, 1, norms)
        trace(model, *batch)
        one = step_seconds(model, data, 1)
        count = int(np.clip(SECONDS / one, 2, 30))
        for _ in range(repeats):
            taken["step"].append(step_seconds(model, data, count))
            taken["recorded step"].append(step_seconds(recorded, data, count, norms))
            traces = [seconds(lambda: trace(model, *batch)) for _ in range(min(count, 3))]
            taken["trace"].append(float(np.median(traces)))
    return taken


def trace_memory(time):
    """MiB that the first trace adds to a process at its peak, and of the arrays that it returns."""
    size = (USUAL["batch"], time, FEATURES, USUAL["units"])
    model, batch = build(CELL, size), samples(size)
    peak, traced = added_at_peak(lambda: trace(model, *batch))
    returned = sum(array.nbytes for layer in traced.values() for array in arrays(layer)) / 2**20
    return [round(peak, 1), round(returned, 1)]


def trace_memory_elsewhere(time):
    """The same in a fresh process."""
    command = [sys.executable, __file__, "--trace-memory", str(time)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def arrays(layer):
    """All arrays of one layer's trace."""
    fields = vars(layer).values()
    nested = [f.values() if isinstance(f, Mapping) else [f] for f in fields]
    return [a for values in nested for a in values if isinstance(a, np.ndarray)]


def exponent(values, costs):
    return round(float(np.polyfit(np.log(values), np.log(costs), 1)[0]), 3)


def measure(what, values, repeats):
    points = [measure_point(**USUAL | {what: value}, repeats=repeats) for value in values]
    middle = len(values) // 2
    figures = {what: values}
    for side in SIDES:
        costs = [float(np.median(point[side])) for point in points]
        figures[f"{side}, ms"] = [quartiles(np.multiply(point[side], 1e3)) for point in points]
        figures[f"{side}, exponent"] = exponent(values, costs)
        figures[f"{side}, exponent above"] = exponent(values[middle:], costs[middle:])
    if what == "time":
        memory = [trace_memory_elsewhere(value) for value in values]
        for at, amount in enumerate(("peak", "returned")):
            figures[f"trace, {amount}, MiB"] = [each[at] for each in memory]
    for side in SIDES[1:]:
        figures[f"{side} over step"] = [over(point[side], point["step"]) for point in points]
    return figures


def main():
    reader = parser(__doc__)
    reader.add_argument("--repeats", type=int, default=2)
    reader.add_argument("--trace-memory", type=int, help="so many steps: trace, print MiB")
    arguments = reader.parse_args()
    if arguments.trace_memory:
        print(json.dumps(trace_memory(arguments.trace_memory)))
        return
    repeats = 2 if arguments.quick else arguments.repeats
    result = ResultFile(arguments, cell=CELL, usual=USUAL, repeats=repeats)
    for what, values in (QUICK if arguments.quick else GROWING).items():
        if result.wants(what):
            result.add(what, measure(what, values, repeats))


if __name__ == "__main__":
    main()
