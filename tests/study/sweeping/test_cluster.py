"""A sweep on a real Dask cluster of two workers, one of which is killed."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest
import quick_work
from small_study import small_study

from keras_rnn_study.study import StudyDirectory, sweep
from keras_rnn_study.study.sweeping import cluster as clusters
from keras_rnn_study.study.sweeping import worker

distributed = pytest.importorskip("distributed")
# Dask's own, on its way out: what a killed worker leaves open.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(cluster, tmp_path):
    study = small_study()
    expected = sweep(study, tmp_path / "processes", jobs=2)
    with distributed.Client(cluster, set_as_default=False) as client:
        workers = list(client.run(os.getpid).values())
    assert len(set(workers)) == 2
    most, killed = [], []

    def kill_one(progress):
        most.append(progress.running)
        if progress.done == 2 and not killed:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    found = sweep(
        study, tmp_path / "cluster", scheduler=cluster.scheduler_address, on_progress=kill_one
    )
    assert killed
    assert max(most) == 2  # one run at a time in each, though they have two threads
    assert not any(result.failed for result in found)
    assert [vars(r) for r in found] == [vars(r) for r in expected]


def test_a_run_that_kills_every_worker_fails_and_no_other(cluster, monkeypatch, tmp_path):
    monkeypatch.setattr(worker, "check", quick_work.check)
    monkeypatch.setattr(worker, "work", quick_work.work_or_die)
    study = small_study(cell="lstm", init="keras")
    results = sweep(study, tmp_path / "s", scheduler=cluster.scheduler_address)
    [failed] = (result for result in results if result.failed)
    assert (failed.run.gap, failed.run.seed) == (3, 0)
    assert failed.reason.startswith("several workers died of it")
    assert len(results) == 4


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:9", "nonsense:", "nonsense://x", "tls://127.0.0.1:9", "tcp://no.such.host:1"],
)
def test_no_scheduler_is_told(address, monkeypatch, tmp_path):
    monkeypatch.setattr(clusters, "_ANSWERS_WITHIN", 1)
    with pytest.raises(ValueError, match=rf"No Dask scheduler answers at '{address}' \(.+\)\. Sta"):
        sweep(small_study(), tmp_path / "s", scheduler=address)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("address", ["", " ", 3])
def test_what_is_no_address_starts_no_cluster(address, tmp_path):
    with pytest.raises(ValueError, match=rf"A scheduler has an address, but {address!r} was given"):
        sweep(small_study(), tmp_path / "s", scheduler=address)
    assert not (tmp_path / "s").exists()


SCHEDULER = """
import asyncio, distributed, sys
async def main():
    async with distributed.Scheduler(port=int(sys.argv[1]), host="127.0.0.1", dashboard=False) as s:
        async with distributed.Worker(s.address, nthreads=1, dashboard=False):
            print(s.address, flush=True)
            await s.finished()
asyncio.run(main())
"""


@contextlib.contextmanager
def scheduler(port=0):
    """A scheduler with a worker, in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SCHEDULER, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ((2, 1), 2),
        pytest.param((3, 0), 3, marks=pytest.mark.slow),
        pytest.param((0, 0), 0, marks=pytest.mark.slow),
    ],
)
def test_a_lost_scheduler_is_no_result_and_the_same_command_goes_on(
    moment, there, monkeypatch, tmp_path, capfd
):
    monkeypatch.setattr(worker, "check", quick_work.check)
    monkeypatch.setattr(worker, "work", quick_work.work)
    study, path = small_study(), tmp_path / "s"
    with scheduler() as (process, address):

        def kill(progress):
            if (progress.done, progress.running) == moment:
                process.kill()
                process.wait()

        lost = rf"The connection to the Dask scheduler at '{address}' is lost\. .*goes on"
        with pytest.raises(ConnectionError, match=lost):
            sweep(study, path, scheduler=address, on_progress=kill)
    assert "Traceback" not in capfd.readouterr().err
    found = StudyDirectory(path).results()
    assert len(found) in (there, there + 1)  # one may have come before it was missed
    assert not any(result.failed for result in found)
    with scheduler() as (_, address):
        results = sweep(study, path, scheduler=address)
    assert [result.run for result in results] == study.runs()
    assert not any(result.failed for result in results)


def test_a_scheduler_lost_while_models_are_checked_leaves_nothing(monkeypatch, tmp_path):
    with scheduler() as (process, address):
        real = clusters.Cluster.submit

        def submit(cluster, *arguments):
            future = real(cluster, *arguments)
            process.kill()
            return future

        monkeypatch.setattr(clusters.Cluster, "submit", submit)
        monkeypatch.setattr(worker, "check", quick_work.check_slowly)
        with pytest.raises(ConnectionError, match="is lost"):
            sweep(small_study(), tmp_path / "s", scheduler=address)
    assert not (tmp_path / "s").exists()
