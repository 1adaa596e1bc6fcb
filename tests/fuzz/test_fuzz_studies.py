"""Finished studies with damaged files: report and sweep go on, and nothing is lost."""

import concurrent.futures
import contextlib
import hashlib
import shutil
import warnings

import pytest
import quick_work
from small_study import small_study

from keras_rnn_study.study import StudyDirectory, sweep, write_report
from keras_rnn_study.study.sweeping import sweep as sweeping
from keras_rnn_study.study.sweeping import worker

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]


class Here:
    """A pool that runs what it is given at once, in this process, without training."""

    places = 2

    def submit(self, function, *arguments):
        future = concurrent.futures.Future()
        future.set_result(function(*arguments))
        return future

    def result(self, future):
        return future.result()


@pytest.fixture
def study(monkeypatch, tmp_path):
    monkeypatch.setattr(sweeping, "pool", lambda *options: contextlib.nullcontext(Here()))
    monkeypatch.setattr(worker, "work", quick_work.work)
    monkeypatch.setattr(worker, "check", quick_work.check)
    monkeypatch.setattr(quick_work.time, "sleep", lambda seconds: None)
    sweep(small_study(), tmp_path / "whole")
    return tmp_path / "whole"


def test_random_damage(search, study, tmp_path):
    wanted = StudyDirectory(study).results()
    search(lambda rng: check_one(rng, study, tmp_path / "damaged", wanted))


def check_one(rng, whole, path, wanted):
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(whole, path)
    hit = [damage(rng, path) for _ in range(int(rng.integers(1, 4)))]
    kept = contents(path)
    told = "; ".join(hit)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a file was set aside may be a warning
        try:
            write_report(StudyDirectory(path))
            results = sweep(small_study(), path)
        except ValueError as error:
            # Without its description there is no study, and with a changed one it is another.
            if "study.json" in told and str(path) in str(error):
                return
            raise AssertionError(told) from error
    assert [result.run for result in results] == [result.run for result in wanted], told
    if "byte:" not in told:  # which may change a digit, and who should know
        assert [r.verdict for r in results] == [r.verdict for r in wanted], told
    lost = {name for name, digest in kept.items() if digest not in contents(path).values()}
    assert not lost, f"{told}: {lost} is gone"


def damage(rng, path):
    """Spoil one file, and say what was done."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".lock")
    file = files[int(rng.integers(len(files)))]
    whole = file.read_bytes()
    kind = str(rng.choice(["empty", "cut", "bytes", "byte", "json", "gone", "folder", "swapped"]))
    if kind == "empty":
        file.write_bytes(b"")
    elif kind == "cut":
        file.write_bytes(whole[: int(rng.integers(len(whole) + 1))])
    elif kind == "bytes":
        file.write_bytes(rng.bytes(int(rng.integers(1, 300))))
    elif kind == "byte" and whole:
        place = int(rng.integers(len(whole)))
        file.write_bytes(whole[:place] + rng.bytes(1) + whole[place + 1 :])
    elif kind == "json":
        texts = [b"[]", b"{}", b"null", b'{"run": 1}', b'"text"', b"[" * 5000]
        file.write_bytes(texts[int(rng.integers(len(texts)))])
    elif kind == "gone":
        file.unlink()
    elif kind == "folder":
        file.unlink()
        file.mkdir()
    elif kind == "swapped":
        other = files[int(rng.integers(len(files)))]
        file.write_bytes(other.read_bytes())
    return f"{kind}: {file.relative_to(path)}"


def contents(path):
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in path.rglob("*")
        if file.is_file() and file.stat().st_size and file.suffix != ".lock"
    }
