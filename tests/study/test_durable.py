"""What a rename promises holds after a power cut: a disk that keeps only what was synced."""

import errno
import os
import pathlib
import re

import pytest

from keras_rnn_study.study import durable

pytestmark = pytest.mark.skipif(not pathlib.Path("/proc/self/fd").exists(), reason="needs /proc")


class Disk:
    """What was synced, in order; renames say what of the renamed was not on the disk then."""

    def __init__(self, monkeypatch):
        self.synced, self.lost = [], []
        fsync, replace = os.fsync, os.replace

        def record(number):
            self.synced.append(os.readlink(f"/proc/self/fd/{number}"))
            fsync(number)

        def check(old, new):
            old = pathlib.Path(old)
            inside = [old, *old.rglob("*")]
            self.lost += [str(path) for path in inside if str(path) not in self.synced]
            replace(old, new)
            self.synced.append(f"renamed to {new}")

        monkeypatch.setattr(os, "fsync", record)
        monkeypatch.setattr(os, "replace", check)

    def is_promised(self, path):
        """Whether the folder was synced after the name was there."""
        last = len(self.synced) - self.synced[::-1].index(f"renamed to {path}")
        return str(path.parent) in self.synced[last:]


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


def test_a_file_is_on_the_disk_before_its_name_is(disk, tmp_path):
    path = tmp_path / "study.json"
    for contents in (b"first", "zwölf"):
        durable.write_file(path, contents)
    assert path.read_text(encoding="utf-8") == "zwölf"
    assert disk.lost == []
    assert disk.is_promised(path)
    assert [item.name for item in tmp_path.iterdir()] == ["study.json"]


def test_a_folder_is_on_the_disk_before_its_name_is(disk, tmp_path):
    path = tmp_path / "run"
    for number in range(2):
        durable.write_folder(path, {"run.json": b"{}", f"rnn/deep/events{number}": b"x"})
    assert {str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()} == {
        "run.json",
        "rnn/deep/events1",
    }
    assert [item for item in disk.lost if not item.startswith(str(path))] == []
    assert disk.is_promised(path)
    durable.remove_unfinished(tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_new_folders_are_in_those_around_them(disk, tmp_path):
    durable.make_folder(tmp_path / "a" / "b")
    durable.make_folder(tmp_path / "a" / "b")
    assert disk.synced == [str(tmp_path), str(tmp_path / "a")]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(monkeypatch, tmp_path):
    path = tmp_path / "results.csv"
    path.write_text("old")

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        durable.write_file(path, "new")
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [
        ("results.csv", "old")
    ]


@pytest.mark.parametrize(("number", "raises"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_file_system_without_folders_to_sync(number, raises, monkeypatch, tmp_path):
    def fsync(descriptor):
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", fsync)
    if raises:
        with pytest.raises(OSError, match="no"):
            durable.sync_folder(tmp_path)
    else:
        durable.sync_folder(tmp_path)


def test_only_our_own_folders_are_removed(tmp_path):
    (tmp_path / ".unfinished-a" / "rnn").mkdir(parents=True)
    (tmp_path / ".unfinished-file").write_text("precious")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis.tex").write_text("precious")
    (tmp_path / ".unfinished-link").symlink_to(tmp_path / "elsewhere")
    durable.remove_unfinished(tmp_path)
    assert {item.name for item in tmp_path.iterdir()} == {
        ".unfinished-file",
        ".unfinished-link",
        "elsewhere",
    }
    assert (tmp_path / "elsewhere" / "thesis.tex").read_text() == "precious"


def test_what_is_renamed_elsewhere_is_renamed_here():
    """Nobody else in the package replaces a file by hand."""
    package = pathlib.Path(durable.__file__).parents[1]
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"os\.(replace|rename)\(|\.rename\(", path.read_text(encoding="utf-8"))
    }
    assert found == {"study/durable.py"}
