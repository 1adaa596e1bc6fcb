"""A study whose `study.json` is damaged, as far as its finished runs tell it."""

import dataclasses

from keras_rnn_study.study.grid import Study, settings
from keras_rnn_study.study.record import Record


def recovered_study(records: list[Record]) -> Study | None:
    """Return the smallest study that has all these runs; `None` if there is none.

    What had no finished run is not in it.

    Args:
        records: Of the finished runs.
    """
    if not records:
        return None
    runs = [record.result.run for record in records]
    seeds = sorted({run.seed for run in runs})
    conditions = list(dict.fromkeys(dataclasses.replace(run, seed=0) for run in runs))
    grids = [settings(condition) for condition in conditions]
    for grid in grids:
        del grid["seed"]
    names = list(dict.fromkeys(name for grid in grids for name in grid))
    whole = {name: list(dict.fromkeys(grid.get(name) for grid in grids)) for name in names}
    protocol = dataclasses.asdict(records[0].protocol)
    for candidate in ([whole], grids):
        try:
            study = Study(seeds=seeds, grids=candidate, **protocol)
        except ValueError:
            continue
        if {dataclasses.replace(run, seed=0) for run in study.runs()} == set(conditions):
            return study
    return None
