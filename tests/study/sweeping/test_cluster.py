"""A sweep on a real Dask cluster of two workers, one of which is killed."""

import os
import signal

import pytest
import quick_work
from small_study import small_study

from keras_rnn_study.study import sweep
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


def test_no_scheduler_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"No Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        sweep(small_study(), tmp_path / "s", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ValueError, match=r"No Dask scheduler answers at 'nonsense:'"):
        sweep(small_study(), tmp_path / "s", scheduler="nonsense:")
    assert not (tmp_path / "s").exists()
