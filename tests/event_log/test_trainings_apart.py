"""Several trainings, threads and processes that log to one directory."""

import subprocess
import sys
import threading

import pytest
from event_files import files, values_in

from keras_rnn_study.event_log.log import EventLog

TAG = "gradient_norm/global"


class Training:
    """What names a training: a model, in life."""


def write(log_dir, training, *steps):
    log = EventLog.open(log_dir, training)
    for step in steps:
        log.add(TAG, step, step)
    log.close()


def steps_in(log_dir, run):
    return [step for _, step, _ in values_in(log_dir, run)]


def test_a_further_training_gets_a_run_of_its_own(tmp_path):
    for _ in range(3):
        write(tmp_path, Training(), 0, 1)
    assert [steps_in(tmp_path, run) for run in ("rnn", "rnn_2", "rnn_3")] == [[0, 1]] * 3


def test_two_trainings_at_the_same_time_do_not_mix(tmp_path):
    first, second = (EventLog.open(tmp_path, training) for training in (Training(), Training()))
    for step in range(3):
        first.add(TAG, step, step)
        second.add(TAG, step, step)
        first.flush()
        second.flush()
    assert steps_in(tmp_path, "rnn") == steps_in(tmp_path, "rnn_2") == [0, 1, 2]


def test_one_training_has_one_log_and_goes_on_in_its_run(tmp_path):
    training = Training()
    assert EventLog.open(tmp_path, training) is EventLog.open(tmp_path, training)
    write(tmp_path, training, 0, 1)
    write(tmp_path, Training(), 0, 1)
    write(tmp_path, training, 1, 2)
    assert steps_in(tmp_path, "rnn") == [0, 1, 1, 2]
    write(tmp_path, training, 0)  # from the beginning: not the same training any more
    assert steps_in(tmp_path, "rnn_3") == [0]


def test_who_was_restored_from_a_backup_goes_on_in_the_newest_run(tmp_path):
    write(tmp_path, Training(), 0, 1)
    write(tmp_path, Training(), 0, 1)
    write(tmp_path, Training(), 2, 3)
    assert steps_in(tmp_path, "rnn_2") == [0, 1, 2, 3]
    write(tmp_path / "other", Training(), 7)
    assert steps_in(tmp_path / "other", "rnn") == [7]


def test_the_tenth_run_is_newer_than_the_ninth(tmp_path):
    for _ in range(10):
        write(tmp_path, Training(), 0)
    write(tmp_path, Training(), 5)
    assert steps_in(tmp_path, "rnn_10") == [0, 5]


def test_other_directories_are_not_taken_for_runs(tmp_path):
    (tmp_path / "rnn_experiment_9").mkdir()
    write(tmp_path, Training(), 5)
    assert steps_in(tmp_path, "rnn") == [5]


def test_on_other_file_systems_too(tmp_path):
    import tensorflow as tf

    for _ in range(2):
        write("ram://apart", Training(), 0)
    assert {name.rstrip("/") for name in tf.io.gfile.listdir("ram://apart")} == {"rnn", "rnn_2"}


def test_threads_lose_nothing(tmp_path):
    log, threads, each = EventLog.open(tmp_path), 8, 400
    errors = []

    def work(number):
        try:
            for index in range(each):
                log.add(TAG, 1.0, number * each + index)
                if index % 7 == number % 7:
                    log.flush()
        except BaseException as error:
            errors.append(error)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        workers = [threading.Thread(target=work, args=[number]) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(switch)
    log.close()
    assert errors == []
    assert sorted(steps_in(tmp_path, "rnn")) == list(range(threads * each))


def test_threads_that_open_at_the_same_time_get_one_log(tmp_path):
    together, logs, training = threading.Barrier(8), [], Training()

    def work():
        together.wait()
        logs.append(EventLog.open(tmp_path, training))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(map(id, logs))) == 1


WRITES = """
import sys
from keras_rnn_study.event_log.log import EventLog
class Training: pass
training = Training() if sys.argv[2] == "named" else None
log = EventLog.open(sys.argv[1], training)
print("open", flush=True)
input()  # until all have come so far
for step in range(50):
    log.add("gradient_norm/global", step, step)
    log.flush()
"""


@pytest.mark.slow
@pytest.mark.parametrize("named", ["named", "nameless"])
def test_processes_that_start_in_the_same_second_lose_nothing(tmp_path, named):
    command = [sys.executable, "-c", WRITES, str(tmp_path), named]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["open\n"] * 2
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0]
    if named == "named":
        assert steps_in(tmp_path, "rnn") == steps_in(tmp_path, "rnn_2") == list(range(50))
    else:
        assert len(files(tmp_path)) == 2
        assert sorted(steps_in(tmp_path, "rnn")) == sorted([*range(50)] * 2)


def test_a_million_steps_would_keep_memory_flat(tmp_path):
    """TensorFlow keeps each Python number that it converts: 0.8 kB a step."""

    def resident():  # bytes
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    log = EventLog.open(tmp_path)

    def record(begin, end):
        for step in range(begin, end):
            log.add(TAG, step + 0.5, step)
            log.flush()

    record(0, 5000)
    before = resident()
    record(5000, 25_000)
    assert resident() - before < 4e6  # it was 16 MB
