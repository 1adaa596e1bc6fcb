"""What cannot be read counts as not there, is named, set aside, and never deleted."""

import concurrent.futures
import contextlib
import dataclasses
import io
import json
import random
import shutil
import warnings

import numpy as np
import pytest
import quick_work
from small_study import small_study

from keras_rnn_study.study import Protocol, Result, StudyDirectory, sweep, write_report
from keras_rnn_study.study.record import files_of, read_record
from keras_rnn_study.study.sweeping import sweep as sweeping
from keras_rnn_study.study.sweeping import worker

VICTIM = 2  # number of the run that is damaged


def history():
    return {"step": np.array([0, 40]), "score": np.array([0.1, 0.2])}


@pytest.fixture
def study():
    return small_study()


@pytest.fixture
def directory(study, tmp_path):
    """A study of which all runs are there."""
    directory = StudyDirectory.create(tmp_path / "study", study)
    for run in study.runs():
        result = Result(run, "in part", "updates used up", time=run.gap + 2, horizon=(2, 2))
        directory.add(run, files_of(run, result, protocol=study.protocol, history=history()))
    return directory


@pytest.fixture
def victim(directory, study):
    return directory.run_path(study.runs()[VICTIM])


@pytest.fixture
def quick(monkeypatch):
    """No training, no processes."""

    class Here:
        places = 1

        def submit(self, function, *arguments):
            future = concurrent.futures.Future()
            future.set_result(function(*arguments))
            return future

        def result(self, future):
            return future.result()

        def close(self):
            pass

    monkeypatch.setattr(sweeping, "pool", lambda *options: contextlib.nullcontext(Here()))
    monkeypatch.setattr(worker, "check", quick_work.check)
    monkeypatch.setattr(worker, "work", quick_work.work)


def other_run(saved):
    saved["run"]["seed"] = 99
    return saved


def with_field(part, name, value):
    def change(saved):
        saved[part][name] = value
        return saved

    return change


def without(*names):
    def change(saved):
        for name in names:
            del saved[name]
        return saved

    return change


DAMAGES = {
    "empty": lambda text: b"",
    "spaces": lambda text: b"  \n",
    "zeros": lambda text: b"\0" * len(text),
    "cut": lambda text: text[: len(text) // 2],
    "binary": lambda text: bytes(range(128, 256)),
    "a list": lambda text: b"[]",
    "a number": lambda text: b"3",
    "null": lambda text: b"null",
    "a deep list": lambda text: b"[" * 100_000,
    "another table": lambda text: b"{}",
}
CHANGES = {
    "another run's": other_run,
    "a newer result": with_field("result", "confidence", 0.5),
    "a newer run": with_field("run", "dropout", 0.5),
    "a newer protocol": with_field("protocol", "patience", 5),
    "a word for a number": with_field("result", "score", "high"),
    "a list for a number": with_field("result", "updates", [80]),
    "true for a number": with_field("result", "updates", True),
    "an unknown verdict": with_field("result", "verdict", "splendid"),
    "one end of two": with_field("result", "decay", [0.5]),
    "a number for two": with_field("result", "horizon", 5),
    "versions that are none": with_field("versions", "keras", 3),
    "seconds that are none": with_field("seconds", "total", "long"),
    "without a result": without("result"),
    "without versions": without("versions"),
    "a result that is none": lambda saved: saved | {"result": None},
}


def damage(victim, kind):
    file = victim / "run.json"
    if kind in DAMAGES:
        file.write_bytes(DAMAGES[kind](file.read_bytes()))
    else:
        file.write_text(json.dumps(CHANGES[kind](json.loads(file.read_text()))))
    return file.read_bytes()


@pytest.mark.parametrize("kind", [*DAMAGES, *CHANGES])
def test_a_damaged_record_counts_as_not_there_and_is_named_once(kind, directory, study, victim):
    damage(victim, kind)
    with pytest.warns(UserWarning, match="cannot be read") as told:
        results = directory.results()
    assert len(results) == len(study.runs()) - 1
    [line] = [str(warning.message) for warning in told]
    assert line.startswith(str(victim / "run.json"))
    assert len(line.splitlines()) == 1
    run = study.runs()[VICTIM]  # and no other word about it
    assert not directory.has(run)
    assert directory.seconds(run) == {}
    assert directory.versions() == {}
    with pytest.raises(ValueError, match=r"has no finished run .*Run the sweep first"):
        directory.result(run)


@pytest.mark.parametrize("kind", [*DAMAGES, *CHANGES])
def test_a_sweep_sets_a_damaged_run_aside_and_goes_on(kind, directory, study, victim, quick):
    contents = damage(victim, kind)
    with pytest.warns(UserWarning, match=r"It is now .*\.damaged-1, and the run is run") as told:
        results = sweep(study, directory.path)
    assert len(told) == 1
    assert [result.run for result in results] == study.runs()
    aside = victim.with_name(f"{victim.name}.damaged-1")
    assert (aside / "run.json").read_bytes() == contents
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sweep(study, directory.path)  # nothing is wrong any more
    assert aside.exists()


def test_what_is_set_aside_takes_no_other_place(directory, study, victim, quick):
    for number in (1, 2, 3):
        (victim / "run.json").write_text(f"[{number}]")
        with pytest.warns(UserWarning, match=rf"\.damaged-{number}, "):
            sweep(study, directory.path)
    kept = [victim.with_name(f"{victim.name}.damaged-{n}") / "run.json" for n in (1, 2, 3)]
    assert [path.read_text() for path in kept] == ["[1]", "[2]", "[3]"]


def no_arrays(contents):
    array = io.BytesIO()
    np.save(array, np.arange(3))
    return array.getvalue()


def other_arrays(**arrays):
    def change(contents):
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    return change


HISTORIES = {
    "empty": lambda contents: b"",
    "cut": lambda contents: contents[:-10],
    "half": lambda contents: contents[: len(contents) // 2],
    "a byte changed": lambda contents: contents[:60] + b"\0\1\2" + contents[63:],
    "no zip": no_arrays,
    "objects": other_arrays(step=np.array([{}, None], dtype=object)),
    "without steps": other_arrays(score=np.arange(3)),
    "too short": other_arrays(step=np.arange(3), score=np.arange(2)),
    "a number": other_arrays(step=np.arange(3), score=np.array(1.0)),
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_damaged_history_is_none_and_the_sweep_makes_it_anew(
    kind, directory, study, victim, quick
):
    file, run = victim / "history.npz", study.runs()[VICTIM]
    file.write_bytes(HISTORIES[kind](file.read_bytes()))
    with pytest.warns(UserWarning, match=r"history.npz cannot be read: it|history.npz cannot be"):
        assert directory.history(run) == {}
    assert directory.has(run)  # its result is as good as before
    with pytest.warns(UserWarning, match=r"damaged-1, and the run is run again"):
        sweep(study, directory.path)
    aside = victim.with_name(f"{victim.name}.damaged-1")
    assert {path.name for path in aside.iterdir()} == {"run.json", "history.npz"}


@pytest.mark.parametrize("kind", ["file", "empty folder", "foreign folder", "link", "dead link"])
def test_what_stands_where_a_run_belongs_is_set_aside(
    kind, directory, study, victim, quick, tmp_path
):
    shutil.rmtree(victim)
    if kind == "file":
        victim.write_text("precious")
    elif kind.endswith("folder"):
        victim.mkdir()
        if kind == "foreign folder":
            (victim / "thesis.tex").write_text("precious")
    else:
        (tmp_path / "elsewhere").mkdir()
        victim.symlink_to(tmp_path / ("elsewhere" if kind == "link" else "nowhere"))
    assert not directory.has(study.runs()[VICTIM])
    with pytest.warns(UserWarning, match=r"it has no run.json. It is now"):
        sweep(study, directory.path)
    aside = victim.with_name(f"{victim.name}.damaged-1")
    assert aside.is_symlink() or aside.exists()
    if kind == "foreign folder":
        assert (aside / "thesis.tex").read_text() == "precious"


def test_a_record_that_is_a_folder(directory, study, victim, quick):
    (victim / "run.json").unlink()
    (victim / "run.json").mkdir()
    with pytest.warns(UserWarning, match=r"Is a directory\. The run counts as not there"):
        assert len(directory.results()) == len(study.runs()) - 1


@pytest.mark.parametrize("kind", [*DAMAGES, "a newer field"])
def test_a_damaged_study_is_read_from_its_runs_and_written_anew(kind, directory, study, quick):
    file = directory.path / "study.json"
    contents = file.read_bytes()
    if kind == "a newer field":
        file.write_text(json.dumps(json.loads(contents) | {"patience": 5}))
    else:
        file.write_bytes(DAMAGES[kind](contents))
    damaged = file.read_bytes()
    with pytest.warns(UserWarning, match=r"study.json cannot be read: .* The finished runs tell"):
        found = StudyDirectory(directory.path)
    assert set(found.study.runs()) == set(study.runs())
    assert found.study.protocol == study.protocol
    assert len(found.results()) == len(study.runs())
    with pytest.warns(UserWarning, match=r"study.json cannot .* It is now study.json.damaged-1"):
        results = sweep(study, directory.path)
    assert len(results) == len(study.runs())
    assert file.read_bytes() == contents
    assert file.with_name("study.json.damaged-1").read_bytes() == damaged
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep(study, directory.path)


def test_a_study_that_is_no_single_grid_is_read_from_its_runs(tmp_path):
    study = small_study(
        cell="lstm", init="keras", grids=[{"gap": 3, "clipnorm": 1.0}, {"gap": 9, "units": 4}]
    )
    directory = StudyDirectory.create(tmp_path / "s", study)
    for run in study.runs()[:-1]:
        result = Result(run, "in part", "updates used up")
        directory.add(run, files_of(run, result, protocol=study.protocol))
    (directory.path / "study.json").write_text("")
    with pytest.warns(UserWarning, match="it is empty"):
        found = StudyDirectory(directory.path)
    assert set(found.study.runs()) == set(study.runs())
    assert len(found.results()) == 3


def test_a_damaged_study_without_runs_is_no_study(tmp_path):
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(ValueError, match=r"holds no study: there is no readable study\.json"):
        StudyDirectory(tmp_path)


def test_a_report_goes_on(directory, victim, tmp_path):
    (victim / "run.json").write_text("")
    (directory.path / "study.json").write_text("")
    with pytest.warns(UserWarning, match="cannot be read") as told:
        page = write_report(directory.path, tmp_path / "page")
    assert "11 of 12 runs are there" in page.read_text(encoding="utf-8")
    assert len(told) == 2
    assert victim.exists()  # a reader moves nothing


def test_unfinished_names_of_others_stop_nothing(directory, study, quick, tmp_path):
    (directory.path / ".unfinished-file").write_text("precious")
    (directory.path / ".unfinished-link").symlink_to(tmp_path)
    assert len(sweep(study, directory.path)) == len(study.runs())
    assert (directory.path / ".unfinished-file").read_text() == "precious"
    assert (directory.path / ".unfinished-link").is_symlink()


def test_a_lock_that_is_a_folder_is_set_aside(directory, study, quick):
    (directory.path / ".lock").unlink(missing_ok=True)
    (directory.path / ".lock" / "precious").mkdir(parents=True)
    with pytest.warns(UserWarning, match=r"\.lock cannot be read: it is a folder. It is now \.lo"):
        assert len(sweep(study, directory.path)) == len(study.runs())
    assert (directory.path / ".lock.damaged-1" / "precious").is_dir()


def test_a_lock_that_cannot_be_had_is_told(directory, monkeypatch):
    import filelock

    def refuse(lock, timeout):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(ValueError, match=r"Cannot lock .*Choose another"), directory.locked():
        pass


def test_no_damage_ends_a_report_or_a_sweep(directory, study, victim, quick):
    """Bytes changed, cut and doubled at random, in each file of a run and in study.json."""
    chance = random.Random(0)
    files = [victim / "run.json", victim / "history.npz", directory.path / "study.json"]
    whole = {file: file.read_bytes() for file in files}
    for _ in range(60):
        file = chance.choice(files)
        contents = bytearray(whole[file])
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(contents) + 1)
            how = chance.choice(("cut", "change", "insert"))
            if how == "cut":
                contents = contents[:place]
            elif how == "insert":
                contents[place:place] = chance.randbytes(chance.randint(1, 9))
            else:
                contents[place : place + 3] = chance.randbytes(3)
        file.write_bytes(contents)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = StudyDirectory(directory.path)
            assert len(found.results()) >= 11
            found.history(study.runs()[VICTIM])
            if file.name != "study.json" or StudyDirectory.is_at(directory.path) is False:
                assert len(sweep(study, directory.path)) == len(study.runs())
        for path, good in whole.items():
            path.write_bytes(good)


def result_with(**values):
    run = small_study().runs()[0]
    return Result(run, "in part", "updates used up", **values)


def strictly(contents):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(contents, parse_constant=refuse)


def test_what_is_written_is_json_for_every_program():
    result = result_with(
        score=float("nan"), decay=(float("-inf"), 0.5), largest_gradient_norm=float("inf")
    )
    contents = files_of(result.run, result, protocol=Protocol())["run.json"]
    saved = strictly(contents)["result"]
    assert saved["score"] is None
    assert saved["decay"] == ["-Infinity", 0.5]
    np.testing.assert_equal(vars(read_record(contents).result), vars(result))


def test_records_in_pythons_own_spelling_are_read_too():
    result = result_with(decay=(float("nan"), float("-inf")))
    saved = strictly(files_of(result.run, result, protocol=Protocol())["run.json"])
    saved["result"] |= {"score": float("nan"), "decay": [float("nan"), float("-inf")]}
    contents = json.dumps(saved)
    assert "NaN" in contents
    assert "-Infinity" in contents
    np.testing.assert_equal(vars(read_record(contents.encode()).result), vars(result))


def test_a_record_of_an_older_version_lacks_what_is_usual():
    result = result_with()
    saved = strictly(files_of(result.run, result, protocol=Protocol())["run.json"])
    del saved["run"]["layers"], saved["result"]["reason"]
    found = read_record(json.dumps(saved).encode()).result
    assert dataclasses.replace(found, score=0, standard_error=0, decay=(0, 0),
                               largest_gradient_norm=0) == dataclasses.replace(
        result, score=0, standard_error=0, decay=(0, 0), largest_gradient_norm=0
    )  # fmt: skip
