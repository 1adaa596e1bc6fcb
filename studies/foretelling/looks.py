"""Looks into each run before its first update and after 40, and keeps what it sees.

    python studies/foretelling/looks.py development [--only WORD] [--minutes 4]

Nobody is trained to the end: what became of each run is known. What was interrupted goes on where
it was, and several processes can share a part. Runs that need the same graph come one after the
other.
"""

import argparse
import dataclasses
import json
import pathlib
import time
import warnings

import numpy as np
from trials import Trial, trials

UPDATES = 40
SAMPLES = 384
PARTS = ("development", "held_out")
LOOKS = {part: pathlib.Path(__file__).parent / f"looks_{part}.json" for part in PARTS}


def main() -> None:
    """Look into those that are missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--only", default="")
    parser.add_argument("--minutes", type=float, default=1e9)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    path = LOOKS[options.part]
    missing = [
        trial
        for trial in sorted(trials(options.part), key=_order)
        if trial.key not in _kept(path) and options.only in trial.key
    ]
    print(len(_kept(path)), "kept,", len(missing), "missing", flush=True)
    if not missing:
        return
    _start()
    from keras_rnn_study.study.sweeping.bench import Bench

    bench = None
    for trial in missing:
        if time.monotonic() > end:
            break
        if trial.key in _kept(path):  # another process has done it meanwhile
            continue
        run = dataclasses.replace(trial.run, steps=UPDATES)
        if bench is None or not bench.serves(run, "fused"):
            bench = Bench(run, "fused")
        found = look_at(trial, bench)
        path.write_text(json.dumps(_kept(path) | {trial.key: found}, indent=0))
    print(len(_kept(path)), "kept", flush=True)


def _kept(path: pathlib.Path) -> dict[str, dict]:
    return json.loads(path.read_text()) if path.exists() else {}


def look_at(trial: Trial, bench) -> dict:
    """Return what is seen of a run."""
    from candidates import Looks

    from keras_rnn_study.datasets import catalog
    from keras_rnn_study.runs.training import train

    begin = time.process_time()
    run = dataclasses.replace(trial.run, steps=UPDATES)
    x, y = run.held_out(SAMPLES)
    looks = Looks(x, y, catalog.get(run.task).evidence(x), run.facts.real_steps(x))
    bench.put(run)
    history = train(run, bench.model, [bench.norms, looks], steps_per_epoch=UPDATES).history
    norms = bench.gradient_norms()
    return {
        "part": trial.part,
        "study": trial.study,
        "task": run.task,
        "condition": trial.condition,
        "size": run.size,
        "rate": run.learning_rate,
        "training_loss": history["loss"][0],
        "norms": [float(f"{f(norms):.4g}") for f in (np.median, np.max)],
        "looks": looks.found,
        "seconds": round(time.process_time() - begin, 2),
    }


def _order(trial: Trial) -> tuple:
    """Return what sorts runs: those of one graph together, long sequences last."""
    run = trial.run
    graph = run.task, run.cell, run.size, run.init == "identity", run.optimizer_options
    return run.size > 100, *graph, run.seed


def _start() -> None:
    from keras_rnn_study.runs.quiet import start_tensorflow

    start_tensorflow()
    warnings.simplefilter("ignore")


if __name__ == "__main__":
    main()
