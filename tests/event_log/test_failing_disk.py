"""A full disk, a deleted directory: training goes on, and what is on disk stays readable."""

import errno
import os
import shutil
import subprocess
import tempfile

import pytest
import tensorflow as tf
from event_files import files, values_in

from keras_rnn_study.event_log import burst
from keras_rnn_study.event_log.log import EventLog

TAG = "gradient_norm/global"


def scalars_in(log_dir):
    return [(step, float(value)) for _, step, value in values_in(log_dir)]


class FullDisk:
    """A writer of records whose disk has room for so many bytes; what does not fit is torn."""

    room = None  # bytes, of all writers together; `None`: no end

    def __init__(self, path):
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115
        self._real = os.path.join(tempfile.mkdtemp(), "real")
        self._writer = tf_writer(self._real)
        self._size = 0

    def write(self, record):
        self._writer.write(record)

    def flush(self):
        self._writer.flush()
        with open(self._real, "rb") as file:
            new = file.read()[self._size :]
        fits = new if FullDisk.room is None else new[: FullDisk.room]
        self._file.write(fits)
        self._size += len(fits)
        if FullDisk.room is not None:
            FullDisk.room -= len(fits)
        if len(fits) < len(new):
            raise OSError(errno.ENOSPC, "No space left on device")

    def close(self):
        self._writer.close()
        self._file.close()
        shutil.rmtree(os.path.dirname(self._real))


tf_writer = tf.io.TFRecordWriter


def record(log, steps):
    for step in range(steps):
        log.add(TAG, step, step)
        log.flush()


@pytest.fixture
def disk(monkeypatch):
    monkeypatch.setattr(tf.io, "TFRecordWriter", FullDisk)
    monkeypatch.setattr(FullDisk, "room", None)
    return FullDisk


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 kB."""
    path = tmp_path / "small"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount a file system; the injected error stands for it")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_values_wait_and_are_written_to_a_fresh_file_when_there_is_room(disk, tmp_path):
    log = EventLog.open(tmp_path)
    log.add(TAG, 0.0, 0)
    log.flush()
    disk.room = 20
    log.add(TAG, 1.0, 1)
    with pytest.warns(RuntimeWarning, match=r"cannot be written to .*rnn.*No space left.*goes on"):
        log.flush()
    log.add(TAG, 2.0, 2)
    log.flush()  # one warning is enough: here a second would be an error
    assert scalars_in(tmp_path) == [(0, 0.0)]  # and no torn record behind it
    disk.room = None
    log.add(TAG, 3.0, 3)
    log.flush()
    assert scalars_in(tmp_path) == [(step, float(step)) for step in range(4)]
    assert len(files(tmp_path)) == 2


def test_a_second_time_the_disk_is_full_it_is_told_again(disk, tmp_path):
    log = EventLog.open(tmp_path)
    for step in (0, 2):
        disk.room = 0
        log.add(TAG, step, step)
        with pytest.warns(RuntimeWarning, match="cannot be written"):
            log.flush()
        disk.room = None
        log.flush()
    assert scalars_in(tmp_path) == [(0, 0.0), (2, 2.0)]


def test_what_a_dropped_log_could_not_write_is_written_by_the_next(disk, tmp_path):
    log = EventLog.open(tmp_path / "a")
    disk.room = 0
    log.add(TAG, 1.0, 1)
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        log.close()
    del log
    disk.room = None
    EventLog.open(tmp_path / "b")
    assert scalars_in(tmp_path / "a") == [(1, 1.0)]
    assert not burst._unwritten


def test_what_waits_takes_no_more_memory_than_is_said(disk, tmp_path, monkeypatch):
    monkeypatch.setattr(burst, "_MOST_WAITING", 2000)
    log = EventLog.open(tmp_path)
    disk.room = 0
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        record(log, 300)
    assert sum(event.ByteSize() for event in log._burst._waiting) <= 2000
    disk.room = None
    log.flush()
    written = scalars_in(tmp_path)
    assert written[-1] == (299, 299.0)
    assert len(written) > 10


def test_an_interrupt_while_writing_loses_and_doubles_nothing(disk, tmp_path, monkeypatch):
    log = EventLog.open(tmp_path)
    log.add(TAG, 0.0, 0)
    log.flush()
    log.add(TAG, 1.0, 1)
    with monkeypatch.context() as patch:

        def interrupted(self):
            raise KeyboardInterrupt

        patch.setattr(FullDisk, "flush", interrupted)
        with pytest.raises(KeyboardInterrupt):
            log.flush()
    log.flush()
    assert scalars_in(tmp_path) == [(0, 0.0), (1, 1.0)]


def test_each_file_can_be_read_without_the_others(disk, tmp_path):
    log = EventLog.open(tmp_path)
    log.add(TAG, 0.0, 0)
    log.flush()
    disk.room = 10
    log.add(TAG, 1.0, 1)
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        log.flush()
    disk.room = None
    log.flush()
    os.remove(files(tmp_path)[0])
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(f"{tmp_path}/rnn")
    accumulator.Reload()
    assert accumulator.SummaryMetadata(TAG).plugin_data.plugin_name == "scalars"


def test_on_a_disk_that_is_really_full(small_disk):
    log = EventLog.open(small_disk)
    log.add(TAG, 0.0, 0)
    log.flush()
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filler").write_bytes(b"x" * 2**16)
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        record(log, 200)  # more than what is left of the file's last page
    os.remove(small_disk / "filler")
    log.add(TAG, 200.0, 200)
    log.flush()
    assert scalars_in(small_disk) == [(0, 0.0), *((step, float(step)) for step in range(201))]


def test_a_deleted_directory_is_made_anew_and_told_once(tmp_path):
    log = EventLog.open(tmp_path / "logs")
    log.add(TAG, 0.0, 0)
    log.flush()
    shutil.rmtree(tmp_path / "logs")
    log.add(TAG, 1.0, 1)
    with pytest.warns(RuntimeWarning, match=r"rnn was deleted while training"):
        log.flush()
    log.add(TAG, 2.0, 2)
    log.flush()
    assert scalars_in(tmp_path / "logs") == [(1, 1.0), (2, 2.0)]
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(f"{tmp_path}/logs/rnn")
    accumulator.Reload()
    assert accumulator.SummaryMetadata(TAG).plugin_data.plugin_name == "scalars"


def test_a_directory_deleted_before_the_first_value_is_made_anew(tmp_path):
    log = EventLog.open(tmp_path / "logs", training=Training())
    shutil.rmtree(tmp_path / "logs")
    log.add(TAG, 0.0, 0)
    log.flush()
    assert scalars_in(tmp_path / "logs") == [(0, 0.0)]


class Training:
    pass
