"""Where the results of the studies lie: a table and its facts for each size that was run."""

import pathlib

from keras_rnn_study.study import read_study

RESULTS = pathlib.Path(__file__).resolve().parent / "results"


def results_path(path, size):
    """Return where a study file's table goes: named after it, and after all sizes but the first."""
    first = size == read_study(path).size
    return RESULTS / (f"{path.stem}.csv" if first else f"{path.stem}-{size}.csv")


def sizes_of(path):
    """Return the names of the sizes that have results, in the file's order."""
    return [size for size in read_study(path).sizes if results_path(path, size).exists()]
