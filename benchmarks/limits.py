"""How far each fused loop is from what this machine can do.

    python benchmarks/limits.py --output benchmarks/results/limits.json

A bare training step on a fused loop, over the larger of two limits that all cores together have:
its matrix products at the speed of a plain product of one core, and what its loop writes and reads
at the speed at which one core copies memory. The loop multiplies a part of the batch with the
recurrent kernel at each step, so it can reach the first only where that product is large.
"""

import itertools
import json
import os
import subprocess
import sys

import numpy as np
from helpers.models import LAYERS, QUICK_SIZES, SIZES, STEPS, bare_steps, batches, build
from helpers.pairs import quartiles, seconds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
STATES = {"simple_rnn": 1, "lstm": 2, "gru": 1}
SIDE, COPIED = 768, 2**24  # of a square product; numbers of an array
MACHINE = f"""
import json, time, numpy as np
a = np.random.default_rng(0).normal(size=({SIDE}, {SIDE})).astype("float32")
x = np.ones({COPIED}, "float32"); y = x.copy()
def fastest(function):
    taken = []
    for _ in range(20):
        start = time.perf_counter(); function(); taken.append(time.perf_counter() - start)
    return min(taken)
product, copy = fastest(lambda: a @ a), fastest(lambda: np.copyto(y, x))
print(json.dumps([2 * {SIDE}**3 / product, 2 * x.nbytes / copy]))
"""


def one_core():
    """FLOP/s of a plain product and bytes/s of a copy, in a process that has one thread."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", MACHINE]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def operations(cell, size):
    """Of the products of a training step: forwards, gradients of h and of both kernels."""
    batch, time, features, units = size
    columns = GATES[cell] * units
    return 2 * batch * time * columns * (3 * units + 2 * features)


def traffic(cell, size):
    """Bytes: z, gates and states written and read once, the same of their gradients."""
    batch, time, _, units = size
    return 2 * 2 * 4 * batch * time * units * (2 * GATES[cell] + STATES[cell])


def measure(cell, size, pairs, flops, bandwidth):
    model, data = build(cell, size), batches(size)
    fused(model)
    run = bare_steps(model, data)
    run()
    taken = [seconds(run) / STEPS for _ in range(pairs)]
    cores = os.cpu_count()
    products = operations(cell, size) / flops / cores
    copies = traffic(cell, size) / bandwidth / cores
    return {
        "bare step, ms": quartiles(np.multiply(taken, 1e3)),
        "products, ms": round(1e3 * products, 3),
        "memory, ms": round(1e3 * copies, 3),
        "step over limit": quartiles(np.divide(taken, max(products, copies))),
    }


def main():
    arguments = parser(__doc__, pairs=9).parse_args()
    flops, bandwidth = one_core()
    speed = {"gflops": round(flops / 1e9, 1), "gigabytes": round(bandwidth / 1e9, 1)}
    result = ResultFile(arguments, pairs=arguments.pairs, **speed)
    sizes = QUICK_SIZES if arguments.quick else SIZES
    for cell, size in itertools.product(LAYERS, sizes):
        if result.wants(name := f"{cell} {size}"):
            result.add(name, measure(cell, size, arguments.pairs, flops, bandwidth))


if __name__ == "__main__":
    main()
