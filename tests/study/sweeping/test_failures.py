"""What goes wrong in one run is recorded with its reason, and stops no other."""

import concurrent.futures
import contextlib

import pytest
import quick_work
from small_study import small_study

from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Result, StudyDirectory, sweep
from keras_rnn_study.study.sweeping import processes, worker
from keras_rnn_study.study.sweeping import sweep as sweeping


class Here:
    """A pool that runs what it is given at once, in this process."""

    places = 2

    def submit(self, function, *arguments):
        future = concurrent.futures.Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def result(self, future):
        return future.result()


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(sweeping, "pool", lambda *options: contextlib.nullcontext(Here()))
    monkeypatch.setattr(worker, "_started", True)
    monkeypatch.setattr(worker, "_bench", None)


def sweep_with(train, monkeypatch, directory, **options):
    monkeypatch.setattr(worker, "_train", train)
    return sweep(small_study(), directory, **options)


def finished(run):
    return Result(run, verdict="in part", ended="updates used up"), {}, {}, Recording()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (MemoryError(), "out of memory (MemoryError)"),
        (ValueError("first line\nsecond line"), "ValueError: first line"),
    ],
)
def test_an_error_is_a_result_with_its_reason(error, reason, here, monkeypatch, tmp_path):
    def train(run, protocol, is_shown):
        if run.cell == "lstm" and run.seed == 1:
            raise error
        return finished(run)

    seen = []
    results = sweep_with(
        train, monkeypatch, tmp_path / "s", on_progress=lambda p: seen.append(p.failed)
    )
    assert len(results) == len(small_study().runs())
    for result in results:
        assert result.failed == (result.run.cell == "lstm" and result.run.seed == 1)
        assert result.reason == (reason if result.failed else "")
        path = StudyDirectory(tmp_path / "s").run_path(result.run) / "traceback.txt"
        assert path.exists() == result.failed
        assert not result.failed or type(error).__name__ in path.read_text()
    assert max(seen) == 4


def test_tensorflow_out_of_memory_is_told_so(here, monkeypatch, tmp_path):
    import tensorflow as tf

    def train(run, protocol, is_shown):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor\nand so on")

    results = sweep_with(train, monkeypatch, tmp_path / "s")
    expected = "out of memory (ResourceExhaustedError): OOM when allocating tensor"
    assert {result.reason for result in results} == {expected}


def test_failed_runs_are_repeated_only_when_asked_for(here, monkeypatch, tmp_path):
    broken = {"is": True}

    def train(run, protocol, is_shown):
        calls.append(run)
        if broken["is"] and run.seed == 1:
            raise ZeroDivisionError
        return finished(run)

    calls = []
    assert sum(r.failed for r in sweep_with(train, monkeypatch, tmp_path / "s")) == 6
    broken["is"], calls[:] = False, []
    assert sum(r.failed for r in sweep_with(train, monkeypatch, tmp_path / "s")) == 6
    assert calls == []
    again = sweep_with(train, monkeypatch, tmp_path / "s", retry_failed=True)
    assert not any(result.failed for result in again)
    assert {run.seed for run in calls} == {1}
    assert len(calls) == 6


def test_the_run_that_kills_its_worker_is_found_and_its_neighbours_are_not_blamed(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(worker, "check", quick_work.check)
    monkeypatch.setattr(worker, "work", quick_work.work_or_die)
    study = small_study(cell="lstm", init="keras", seeds=4)
    seen = []
    results = sweep(
        study, tmp_path / "s", jobs=2, on_progress=lambda p: seen.append((p.done, p.failed))
    )
    assert [result.run for result in results] == study.runs()
    [failed] = (result for result in results if result.failed)
    assert (failed.run.gap, failed.run.seed) == (3, 0)
    assert failed.reason.startswith("its process died, twice: killed, perhaps")
    assert seen[-1] == (8, 1)


def test_a_worker_that_dies_while_models_are_built_is_told_and_nothing_is_written(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(worker, "check", quick_work.check_and_die)
    with pytest.raises(ValueError, match=r"A process died while the study's models were built, .*"):
        sweep(small_study(), tmp_path / "s", jobs=2)
    assert not (tmp_path / "s").exists()


def test_a_model_that_cannot_be_built_is_named(here, monkeypatch, tmp_path):
    import tensorflow as tf

    def build(run):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating\nand so on")

    monkeypatch.setattr(Run, "build", build)
    expected = (
        r"Run\(task='recall'.* cannot be built: out of memory \(ResourceExhaustedError\): OOM"
    )
    with pytest.raises(ValueError, match=expected) as error:
        sweep(small_study(), tmp_path / "s")
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("runs/x", "s"), r"A sweep is of a Study, but str was given"),
        ((None, "s"), r"A sweep is of a Study, but NoneType was given"),
        ((None, None), r"A sweep is of a Study"),
    ],
)
def test_what_is_no_study_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        sweep(*arguments)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "all", None, True, 10**9])
def test_what_is_no_number_of_jobs_is_told(jobs, tmp_path):
    with pytest.raises(ValueError, match=r"jobs must be a whole number, 1(,024)? or (more|less)"):
        sweep(small_study(), tmp_path / "s", jobs=jobs)
    assert not (tmp_path / "s").exists()


def test_no_more_processes_start_than_there_are_runs():
    assert processes.Processes(1000, runs=12).places == 12
    assert processes.Processes(2, runs=12).places == 2


@pytest.mark.parametrize("directory", [3, None, "a\0b"])
def test_what_is_no_directory_is_told(directory):
    with pytest.raises(ValueError, match="A path was expected"):
        sweep(small_study(), directory)


def test_a_full_disk_is_told_and_the_same_command_goes_on(here, monkeypatch, tmp_path):
    import errno
    import os

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        told = []

        def fill(progress):
            told.append(progress.done)
            if progress.done == 3:
                patch.setattr(os, "fsync", full)

        with pytest.raises(ValueError, match=r"Cannot write .*No space left on device.*make room"):
            sweep_with(lambda run, protocol, is_shown: finished(run), monkeypatch, tmp_path / "s",
                       on_progress=fill)  # fmt: skip
    assert len(StudyDirectory(tmp_path / "s").results()) == 3
    results = sweep_with(lambda run, protocol, is_shown: finished(run), monkeypatch, tmp_path / "s")
    assert len(results) == len(small_study().runs())
