"""Event files that grow: what has been added is read, and frames when they are looked at."""

import pytest
from made_recordings import recording, write_events

from keras_rnn_study.live_view.reading import LogReader, read_recording
from keras_rnn_study.live_view.stored import EventFile


@pytest.fixture
def written(tmp_path):
    """A recording of six records, and the event file that holds it."""
    made = recording(a={"records": 6})
    write_events(made, tmp_path / "logs")
    [file] = (tmp_path / "logs").rglob("*tfevents*")
    return made, file


def test_frames_are_read_when_they_are_looked_at(written):
    made, file = written
    frames = read_recording(file.parents[2]).frames["a", "lstm", "values"]
    assert dict(frames) == made.frames["a", "lstm", "values"]
    file.unlink()
    assert frames[40] == b""  # gone: the view says that it cannot be read


def test_what_has_been_added_is_read_and_nothing_twice(written, tmp_path, monkeypatch):
    made, file = written
    whole = file.read_bytes()
    growing = tmp_path / "growing" / "a" / "rnn" / file.name
    growing.parent.mkdir(parents=True)
    growing.write_bytes(whole[: len(whole) // 2])
    reader, added = LogReader(tmp_path / "growing"), []
    add = EventFile._add
    monkeypatch.setattr(EventFile, "_add", lambda *given: (added.append(1), add(*given)))
    assert 0 < sum(map(len, reader.read().frames.values())) < 18
    growing.write_bytes(whole)
    again = reader.read()
    assert list(again.frames["a", "lstm", "flow"]) == list(made.frames["a", "lstm", "flow"])
    assert dict(again.frames["a", "lstm", "values"]) == made.frames["a", "lstm", "values"]
    assert again.lines["a"].keys() == made.lines["a"].keys()
    for name, line in made.lines["a"].items():
        assert again.lines["a"][name]["steps"] == line["steps"]
        assert again.lines["a"][name]["values"] == pytest.approx(line["values"])
    once = len(added)
    reader.read()
    assert len(added) == once


def test_another_file_of_the_same_name_is_read_anew(written):
    _, file = written
    reader = LogReader(file.parents[2])
    assert len(reader.read().frames["a", "lstm", "flow"]) == 6
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert 0 < sum(map(len, reader.read().frames.values())) < 18


def test_records_of_a_run_that_was_resumed_are_joined(tmp_path):
    write_events(recording(a={"records": 3}), tmp_path)
    write_events(recording(a={"records": 4, "units": 7}), tmp_path)
    frames = read_recording(tmp_path).frames["a", "lstm", "values"]
    assert list(frames) == [0, 40, 80, 120]
    assert all(frames.values())
