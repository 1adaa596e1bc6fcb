"""A study's directory: whole runs, one study, one sweep at a time."""

import json

import numpy as np
import pytest
from small_study import small_study

from keras_rnn_study.study import Protocol, Result, StudyDirectory
from keras_rnn_study.study.naming import directory_name
from keras_rnn_study.study.record import files_of


@pytest.fixture
def study():
    return small_study()


@pytest.fixture
def directory(study, tmp_path):
    return StudyDirectory.create(tmp_path / "study", study)


def some_result(run):
    return Result(
        run,
        verdict="learned",
        ended="success held",
        updates=80,
        updates_to_success=40,
        score=0.1 + 0.2,
        standard_error=float("nan"),
        time=5,
        horizon=(5, 4),
        decay=(-0.25, float("-inf")),
        largest_gradient_norm=1e300,
    )


def add(directory, run, **history):
    result = some_result(run)
    arguments = {"protocol": Protocol(), "versions": {"keras": "3"}, "seconds": {"total": 1.0}}
    directory.add(run, files_of(run, result, **arguments, history=history))
    return result


def test_what_is_added_is_read_back(directory, study):
    runs = study.runs()
    added = [add(directory, run, step=np.arange(3)) for run in reversed(runs[:3])]
    for opened in (directory, StudyDirectory(directory.path)):
        found = opened.results()
        assert [result.run for result in found] == runs[:3]  # in the order of the grid
        np.testing.assert_equal([vars(r) for r in found], [vars(r) for r in reversed(added)])
        np.testing.assert_array_equal(opened.history(runs[0])["step"], [0, 1, 2])
        assert opened.history(runs[5]) == {}
        assert opened.versions() == {"keras": "3"}
        assert not opened.has(runs[3])


def test_every_run_has_a_name_of_its_own(study):
    assert len({directory_name(run) for run in study.runs()}) == len(study.runs())
    [run] = small_study(cell="lstm", init="keras", gap=3, clipnorm=0.5, seeds=[9]).runs()
    name = "lstm-3-s9-units-8-steps-80-learning_rate-0.01-clipnorm-0.5-recall"
    assert directory_name(run) == name


def test_another_study_is_refused_and_the_difference_is_shown(directory):
    other = small_study(gap=[1, 7], seeds=3, clipnorm=1.0)
    with pytest.raises(ValueError, match="holds another study") as error:
        StudyDirectory.create(directory.path, other)
    lines = str(error.value).splitlines()
    assert "  gap: [1, 3] there, [1, 7] received" in lines
    assert "  seeds: [0, 1] there, [0, 1, 2] received" in lines
    assert "  clipnorm: nothing there, [1.0] received" in lines
    assert len(lines) == 5  # and nothing about what is the same
    assert StudyDirectory(directory.path).study.as_dict() == small_study().as_dict()


def test_the_same_study_is_taken_up_again(directory):
    again = StudyDirectory.create(directory.path, small_study())
    assert again.study.runs() == directory.study.runs()


def test_other_peoples_files_are_left_alone(tmp_path, study):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(ValueError, match=r"holds no study, but other files, such as 'thesis.tex'"):
        StudyDirectory.create(tmp_path, study)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_no_study_or_a_broken_one_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"holds no study: there is no readable study.json"):
        StudyDirectory(tmp_path)
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(ValueError, match=r"holds no study: there is no readable study.json"):
        StudyDirectory(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path, study):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"Cannot write to .*Choose another directory"):
        StudyDirectory.create(tmp_path / "file" / "study", study)


def test_two_sweeps_do_not_meet(directory):
    other = StudyDirectory(directory.path).locked()
    with directory.locked(), pytest.raises(ValueError, match="Another sweep is running in"), other:
        pass
    with directory.locked():  # it is free again
        pass


def test_what_is_half_written_is_no_run_and_goes_away(directory, study, monkeypatch):
    run = study.runs()[0]
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *paths: 1 / 0)  # killed before the last step
        with pytest.raises(ZeroDivisionError):
            add(directory, run)
    [left] = (path for path in directory.path.iterdir() if path.is_dir())
    assert json.loads((left / "run.json").read_text())["run"]["seed"] == 0
    assert directory.results() == []
    with directory.locked():
        assert not left.exists()


def test_a_run_that_is_run_again_replaces_the_old_one(directory, study):
    run = study.runs()[0]
    failed = Result(run, verdict="failed", ended="error", reason="a bug")
    directory.add(run, files_of(run, failed, protocol=Protocol()) | {"traceback.txt": b"..."})
    assert directory.result(run).failed
    add(directory, run)
    assert directory.result(run).learned
    assert not (directory.run_path(run) / "traceback.txt").exists()
