"""The look inside of some runs: which they are, what they are called, what is shown of them."""

import dataclasses
import json
import re

import pytest
from made_recordings import recording, write_events
from made_results import curve

from keras_rnn_study.study.report.inside import view_page
from keras_rnn_study.study.report.summary import conditions


class Folders:
    """Where a study's runs are."""

    def __init__(self, path):
        self._path = path

    def run_path(self, run):
        return self._path / f"{run.task}-{run.cell}-{run.gap}-{run.seed}"


@pytest.fixture
def study(tmp_path):
    return Folders(tmp_path)


def record(study, result):
    write_events(recording(lstm={"records": 2}), study.run_path(result.run))


def runs_in(page):
    data = re.search(r'data-krv data-options="[^"]*">(.*?)</script>', page, re.DOTALL)[1]
    return json.loads(data)["index"]["runs"]


def test_of_each_network_the_largest_gap_that_recorded_is_shown(study):
    results = [*curve("lstm", gaps=(10, 50), seeds=3), *curve("simple_rnn", gaps=(10, 50), seeds=3)]
    for result in results:
        if result.run.seed == 1:
            record(study, result)
    runs = runs_in(view_page(conditions(results), study))
    assert list(runs) == ["lstm, gap 50", "simple_rnn, gap 50"]
    for run in runs.values():
        assert run["lines"]["gradient_norm"]["steps"]
        [layer] = run["layers"].values()
        assert set(layer["steps"]) == {"flow", "values", "gradients"}


def test_tasks_are_told_apart(study):
    results = curve("lstm", gaps=(10,), seeds=3)
    others = [dataclasses.replace(r, run=dataclasses.replace(r.run, task="latch")) for r in results]
    for result in (results[0], others[0]):
        record(study, result)
    runs = runs_in(view_page(conditions([*results, *others]), study))
    assert sorted(runs) == ["latch: lstm, gap 10", "recall: lstm, gap 10"]


def test_where_no_run_recorded_there_is_no_page(study):
    assert view_page(conditions(curve("lstm", gaps=(10,), seeds=3)), study) is None
