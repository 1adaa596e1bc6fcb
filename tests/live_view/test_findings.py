"""Findings of a diagnosis: written into a run, read back, and in the index that the view takes."""

import json
from types import SimpleNamespace

import pytest
from made_recordings import recording, write_events

from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view import read_recording
from keras_rnn_study.live_view.findings import TAG, packed_findings, read_findings
from keras_rnn_study.live_view.showing import merged


def finding(severity="error", **changes):
    made = {
        "name": "vanishing_gradient",
        "severity": severity,
        "layer": "lstm",
        "time_step": 3,
        "training_step": None,
        "title": "The gradient ends after 18 steps.",
        "why": "梯度 <b>ends</b> before the evidence.",
        "remedy": 'build_model(task, "lstm", init="chrono")',
        "lesson": "2_vanishing",
    }
    return SimpleNamespace(**made | changes)


def test_what_is_read_is_what_was_packed_the_worst_first():
    read = read_findings(packed_findings([finding("note"), finding("error")], 40))
    assert [one["severity"] for one in read] == ["error", "note"]
    assert read[0] == vars(finding()) | {"training_step": 40}
    [own] = read_findings(packed_findings([finding(training_step=7)], 40))
    assert own["training_step"] == 7


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"3",
        b'["x", null]',
        b'[{"severity": "error"}]',
        json.dumps([vars(finding("fatal"))]).encode(),
        json.dumps([vars(finding(why=None))]).encode(),
        json.dumps([vars(finding(time_step="3"))]).encode(),
    ],
)
def test_what_cannot_be_read_is_left_out(data):
    assert read_findings(data) == []


def test_the_last_diagnosis_of_a_run_is_in_its_index(tmp_path):
    write_events(recording(a={}, b={}), tmp_path)
    log = EventLog.open(tmp_path / "a")
    for step, found in ((0, [finding(), finding()]), (40, [finding("warning")])):
        log.add(TAG, Packed(packed_findings(found, step), b"{}"), step)
    log.close()
    read = read_recording(tmp_path)
    runs = read.index()["runs"]
    assert [one["severity"] for one in runs["a"]["findings"]] == ["warning"]
    assert runs["b"]["findings"] == []
    assert merged([read, recording(c={})]).findings == read.findings


def test_the_tag_is_one_of_the_event_logs():
    assert tag("findings", "all") == TAG
