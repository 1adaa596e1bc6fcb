"""Peak memory of a training with and without recording, each in a process of its own.

    python benchmarks/memory.py --output benchmarks/results/memory.json

A training is three epochs of 10 steps on one batch. The peak is the largest resident size that the
process reached, everything in it: Python, TensorFlow and, with pictures to draw, Matplotlib.
"""

import itertools
import json
import resource
import subprocess
import sys
import tempfile

import tensorflow as tf
from helpers.models import QUICK_SIZES, SIZES, build, fit, samples
from helpers.pairs import quartiles
from helpers.result_file import ResultFile, parser
from recording import all_three

KINDS = {"bare": 0, "norms of every step": 1, "all three, each epoch": 3}  # how many callbacks
EPOCHS, STEPS = 3, 10


def train(cell, size, kind):
    """Trains here and says the peak in MiB."""
    batch = samples(size)
    data = tf.data.Dataset.from_tensors(batch).repeat(STEPS)
    with tempfile.TemporaryDirectory() as logs:
        fit(build(cell, size), data, *all_three(batch, "epoch", logs)[: KINDS[kind]], epochs=EPOCHS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def train_elsewhere(cell, size, kind):
    """The same in a fresh process."""
    command = [sys.executable, __file__, "--train", json.dumps([cell, size, kind])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


def measure(cell, size, repeats):
    peaks = {kind: [] for kind in KINDS}
    for _ in range(repeats):
        for kind in KINDS:
            peaks[kind].append(train_elsewhere(cell, size, kind))
    return {f"{kind}, MiB": quartiles(values) for kind, values in peaks.items()}


def main():
    reader = parser(__doc__)
    reader.add_argument("--repeats", type=int, default=3)
    reader.add_argument("--train", type=json.loads, help="[cell, size, kind]: train, print MiB")
    arguments = reader.parse_args()
    if arguments.train:
        print(train(*arguments.train))
        return
    repeats = 1 if arguments.quick else arguments.repeats
    result = ResultFile(arguments, repeats=repeats, steps=STEPS, epochs=EPOCHS)
    sizes = QUICK_SIZES[:1] if arguments.quick else SIZES
    for cell, size in itertools.product(("simple_rnn", "lstm"), sizes):
        if result.wants(name := f"{cell} {size}"):
            result.add(name, measure(cell, size, repeats))


if __name__ == "__main__":
    main()
