"""What recording costs: training with callbacks over bare training, and a trace over a step.

    python benchmarks/recording.py [--pairs 41] [--output benchmarks/results/recording.json]

Each figure is a median of ratios. The two sides of a ratio run right after one another in one
process, in turn, so that a machine whose speed drifts, drifts for both. Below 1 means noise.
"""

import argparse
import itertools
import json
import os
import platform
from datetime import date

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from pairs import ratios

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe

SIZES = [(64, 200, 2, 32), (32, 100, 10, 64), (128, 400, 2, 64), (64, 100, 2, 128)]
STEPS = 40  # in an epoch


def build(cell, batch, time_steps, features, units):
    layer = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM}[cell]
    model = keras.Sequential(
        [keras.Input((time_steps, features)), layer(units), keras.layers.Dense(1)]
    )
    model.compile("adam", loss="mse")
    return model


def measure(cell, size, pairs):
    batch, time_steps, features, _ = size
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch * STEPS, time_steps, features)).astype("float32")
    y = rng.normal(size=(batch * STEPS, 1)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch).cache()
    model, recorded = build(cell, *size), build(cell, *size)
    probe = Probe(x[:batch], y[:batch])
    logs = f"/tmp/keras-rnn-study-benchmark-{os.getpid()}"
    norms = GradientNorms(logs)
    all_three = [GradientNorms(logs), GradientFlow(logs, probe), GateActivations(logs, probe)]

    def fit(model, *callbacks):
        model.fit(data, shuffle=False, verbose=0, callbacks=list(callbacks))

    step = data.take(1).get_single_element()
    return {
        "norms of every step": ratios(lambda: fit(recorded, norms), lambda: fit(model), pairs),
        "all three, each epoch": ratios(
            lambda: fit(recorded, *all_three), lambda: fit(model), pairs
        ),
        "trace over a step": ratios(
            lambda: trace(model, x[:batch], y[:batch]), lambda: model.train_on_batch(*step), pairs
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=41)
    parser.add_argument("--output", help="JSON file for the result")
    parser.add_argument("--only", default="", help="measure again what has this in its name")
    arguments = parser.parse_args()
    result = {
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "pairs": arguments.pairs,
        "steps in an epoch": STEPS,
        "figures": {},
    }
    if arguments.only:
        with open(arguments.output) as file:
            result["figures"] = json.load(file)["figures"]
    print(f"{'cell':12}{'batch, time, features, units':30}{'what':26}quartiles of the ratio")
    for cell, size in itertools.product(("simple_rnn", "lstm"), SIZES):
        if arguments.only not in f"{cell} {size}":
            continue
        figures = measure(cell, size, arguments.pairs)
        result["figures"][f"{cell} {size}"] = figures
        for name, quartiles in figures.items():
            print(f"{cell:12}{size!s:30}{name:26}{quartiles}", flush=True)
    if arguments.output:
        with open(arguments.output, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
