"""The studies of papers: their files, their results, and the page."""

import json
import pathlib
import subprocess
import sys

import pytest

from keras_rnn_study.study import read_study
from keras_rnn_study.study.report.tables import read_results_csv

ROOT = pathlib.Path(__file__).parents[2]
STUDIES = ROOT / "studies"
NAMES = sorted(path.stem for path in STUDIES.glob("*.yaml"))
RESULTS = [
    path.stem
    for path in sorted((STUDIES / "results").glob("*.json"))
    if path.stem.split("-")[0] in NAMES
]

SURE = ("read", "second-hand", "recalled", "abstract", "derived", "tried once")
VERDICTS = ("met", "in part", "not met", "not run", "no verdict")


def test_the_page_is_what_files_and_results_say():
    code = "import sys, page; sys.stdout.reconfigure(encoding='utf-8'); print(page.text(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=STUDIES, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "docs" / "reproductions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_both_sizes_and_says_what_it_reproduces(name):
    quick, paper = (read_study(STUDIES / f"{name}.yaml", size) for size in ("quick", "paper"))

    def work(file):
        return sum(run.steps * (run.size + 1) for run in file.study.runs())

    assert work(quick) < work(paper)
    assert set(quick.about) == {"paper", "reports", "reading", "deviations", "rest"}
    for report in quick.about["reports"]:
        assert set(report) == {"what", "value", "sure", "here"}
        assert report["sure"] in SURE
        assert report["here"].startswith(VERDICTS) or report["sure"] == "derived"


def test_every_study_has_results():
    assert set(NAMES) <= set(RESULTS)


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_those_of_the_file_as_it_is(name):
    facts = json.loads((STUDIES / "results" / f"{name}.json").read_text())
    results = read_results_csv((STUDIES / "results" / f"{name}.csv").read_text(encoding="utf-8"))
    file, _, size = name.partition("-")
    study = read_study(STUDIES / f"{file}.yaml", size or None).study
    assert facts["size"] == (size or "quick")
    assert len(facts.get("losses", results)) == len(results)
    assert [result.run for result in results] == study.runs()
    assert facts["settings"] == study.describe()
    assert facts["updates"] == sum(result.updates for result in results)
