"""What a sweep's time goes to, and how much two jobs on two cores save.

    python benchmarks/scaling.py --output benchmarks/results/scaling.json

The same small study, swept by one process and by two in turn: starting TensorFlow in each, and
building and compiling in each, are in the time. Of the runs themselves: training steps, scoring
held-out samples, and the rest, which is traces, data, events, and for a run that finds no model of
its kind in its worker, building and compiling one.

What two processes of this machine can save at all is measured by small steps in NumPy, one thread a
process: two cores may be one core that runs two threads.
"""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from helpers.pairs import quartiles
from helpers.result_file import ResultFile, parser

from keras_rnn_study.study import Study, StudyDirectory, sweep

AXES = {"task": "recall", "cell": ["simple_rnn", "lstm"], "gap": [50, 100], "give_up": 1}
USUAL = {"seeds": 8, "steps": 400}
NEW = 0.3  # seconds of a first step that compiles
QUICK = {"seeds": 1, "steps": 40, "units": 4}
STEPS = 100_000  # of the loop in NumPy
LOOP = """
import sys
import numpy as np
rng = np.random.default_rng(0)
h = rng.normal(size=(64, 32)).astype("float32")
u = rng.normal(size=(32, 32)).astype("float32")
for _ in range(int(sys.argv[1])):
    h = np.tanh(h @ u + 1)
"""


def swept(study, jobs):
    """Seconds that a sweep took, and those of each of its runs."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        results = sweep(study, place, jobs=jobs)
        taken = time.perf_counter() - start
        there = StudyDirectory(place)
        return taken, [(there.seconds(result.run), result.updates) for result in results]


def plain_loops(processes, steps):
    """Seconds that so many processes take for so many steps in all."""
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", LOOP, str(steps // processes)]
    start = time.perf_counter()
    running = [subprocess.Popen(command, env=alone) for _ in range(processes)]
    assert not any(process.wait() for process in running)
    return time.perf_counter() - start


def parts(runs):
    """Quartiles over runs of what their seconds went to."""
    training = [seconds["usual step"] * updates for seconds, updates in runs]
    scoring = [seconds["scoring"] for seconds, _ in runs]
    rest = [s["total"] - t - c for (s, _), t, c in zip(runs, training, scoring, strict=True)]
    new = [seconds["first step"] > NEW for seconds, _ in runs]
    figures = {
        "training steps, s": training,
        "scoring, s": scoring,
        "rest, model shared, s": [r for r, is_new in zip(rest, new, strict=True) if not is_new],
        "rest, model new, s": [r for r, is_new in zip(rest, new, strict=True) if is_new],
    }
    return {name: quartiles(values) for name, values in figures.items() if values}


def main():
    reader = parser(__doc__, pairs=3)
    arguments = reader.parse_args()
    study = Study(**AXES, **(QUICK if arguments.quick else USUAL))
    result = ResultFile(arguments, runs=len(study.runs()), **USUAL)
    steps = 1000 if arguments.quick else STEPS
    at_best = [plain_loops(1, steps) / plain_loops(2, steps) for _ in range(arguments.pairs)]
    result.add("one process over two, plain loops", {"ratio": quartiles(at_best)})
    taken, runs = {1: [], 2: []}, []
    for _ in range(1 if arguments.quick else arguments.pairs):
        for jobs in taken:
            seconds, of_runs = swept(study, jobs)
            taken[jobs].append(seconds)
            runs += of_runs
    result.add("sweep", {f"{jobs} jobs, s": quartiles(taken[jobs]) for jobs in taken})
    result.add("one job over two", {"ratio": quartiles(np.divide(taken[1], taken[2]))})
    result.add("a run", parts(runs))


if __name__ == "__main__":
    main()
