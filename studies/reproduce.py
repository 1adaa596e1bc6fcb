"""Runs the study files beside this script, and keeps what they came to.

    python studies/reproduce.py [NAME ...] [--size quick] [--jobs 2] [--out runs/studies]

Runs go to `--out`, where an interrupted one goes on; a table of each study, one row for each run,
goes to `studies/results/`. Then `python studies/page.py` writes docs/reproductions.md.
"""

import argparse
import datetime
import json
import math
import pathlib

import loky
from result_files import results_path

from keras_rnn_study.study import StudyDirectory, read_study, sweep
from keras_rnn_study.study.durable import write_file
from keras_rnn_study.study.report.tables import results_csv

HERE = pathlib.Path(__file__).resolve().parent


def reproduce(path, size, jobs, out):
    """Sweeps one study file, and writes its table and its facts."""
    file = read_study(path, size)
    place = pathlib.Path(out) / f"{path.stem}-{file.size}"
    results = sweep(file.study, place, jobs=jobs, on_progress=_Lines(path.stem))
    there = StudyDirectory(place)
    facts = {
        "size": file.size,
        "date": datetime.date.today().isoformat(),
        "cores": loky.cpu_count(),
        "minutes": round(sum(there.seconds(r.run).get("total", 0) for r in results) / 60, 1),
        "updates": sum(result.updates for result in results),
        "losses": [_last_loss(there, result) for result in results],
        "versions": there.versions(),
        "settings": file.study.describe(),
    }
    table = results_path(path, file.size)
    table.parent.mkdir(exist_ok=True)
    write_file(table, results_csv(results))
    write_file(table.with_suffix(".json"), json.dumps(facts, indent=1) + "\n")


def _last_loss(there, result):
    """Return the mean over the last updates; their batches were fresh. `None`: no number."""
    history = there.history(result.run)
    loss = float(history["loss"][-1]) if history else math.nan
    return round(loss, 5) if math.isfinite(loss) else None


class _Lines:
    """A line for each tenth of a study."""

    def __init__(self, name):
        self._name, self._told = name, -1

    def __call__(self, progress):
        if int(10 * progress.work) > self._told:
            self._told = int(10 * progress.work)
            print(f"{self._name}: {progress.done} of {progress.total} runs", flush=True)


def main():
    """Read the arguments."""
    known = sorted(path.stem for path in HERE.glob("*.yaml"))
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("names", nargs="*", choices=[*known, []], default=known, metavar="NAME")
    reader.add_argument("--size", default="quick", help="quick, or paper: that of the publication")
    reader.add_argument("--jobs", type=int, default=loky.cpu_count())
    reader.add_argument("--out", default="runs/studies")
    arguments = reader.parse_args()
    for name in arguments.names:
        reproduce(HERE / f"{name}.yaml", arguments.size, arguments.jobs, arguments.out)


if __name__ == "__main__":
    main()
