"""Each adapter with the real client: what the client stored is what was measured."""

import json
import struct
import time
import types

import numpy as np
import pytest

from keras_rnn_study import trackers

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
TAG, WEIGHT, SELDOM = "gradient_norm/global", "gradient_norm/head/kernel", "gradient_horizon/lstm/c"
NAN, INFINITE = float("nan"), float("inf")
RECORDS = {  # tag -> value by training step; one callback looks now and then
    TAG: {0: 1.0, 1: 0.1, 2: 1e-6, 7: INFINITE, 40: NAN, 41: 2.5},
    WEIGHT: {0: 0.0, 1: 0.5, 2: -INFINITE, 7: 1.0, 40: 1e30, 41: 3.0},
    SELDOM: {2: 12.0, 40: NAN},
}


def handed_on(log):
    """The records, as `Forward` hands them on."""
    for step in RECORDS[TAG]:
        log(step, {tag: column[step] for tag, column in RECORDS.items() if step in column})


def same(stored, left_out=lambda value: False):
    """`stored`: tag -> list of (step, value)."""
    assert stored.keys() == RECORDS.keys()
    for tag, column in RECORDS.items():
        kept = {step: value for step, value in column.items() if not left_out(value)}
        steps = [step for step, _ in stored[tag]]
        assert sorted(steps) == [*kept]
        values = [value for _, value in sorted(stored[tag], key=lambda pair: pair[0])]
        np.testing.assert_allclose(values, [*kept.values()], rtol=1e-6)


def records_of(path):
    """The records of a W&B file, a log of LevelDB: blocks, with a header for each piece."""
    pb = pytest.importorskip("wandb.proto.wandb_internal_pb2")
    data, at, record = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if at % 32768 > 32768 - 7:  # no room for a header: the block's end
            at += 32768 - at % 32768
            continue
        _, size, kind = struct.unpack("<IHB", data[at : at + 7])
        record += data[at + 7 : at + 7 + size]
        at += 7 + size
        if kind in (1, 4):  # whole, or the last piece
            yield pb.Record.FromString(record)
            record = b""


def test_wandb(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_SILENT", "true")
    run = wandb.init(mode="offline", dir=tmp_path)
    run.log({"somebody": 1.0}, step=100)  # which has its own step, far ahead
    handed_on(trackers.to_wandb(run))
    run.finish()
    wandb.teardown()  # its process has written all
    (path,) = tmp_path.rglob("run-*.wandb")
    stored, axes = {}, {}
    for record in records_of(path):
        if record.HasField("metric"):
            axes[record.metric.name] = record.metric
        items = {i.key or "/".join(i.nested_key): i.value_json for i in record.history.item}
        for tag in items.keys() & RECORDS.keys():
            step = json.loads(items[trackers.STEP])
            stored.setdefault(tag, []).append((step, json.loads(items[tag])))
    same(stored)
    assert {tag: axes[tag].step_metric for tag in RECORDS} == dict.fromkeys(RECORDS, trackers.STEP)


def test_mlflow(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())  # which MLflow makes
    run = mlflow.start_run()
    mlflow.end_run()
    log, began = trackers.to_mlflow(run), time.time()
    with mlflow.start_run() as other:  # which is somebody else's
        handed_on(log)
    client = mlflow.MlflowClient()
    stored = {tag: client.get_metric_history(run.info.run_id, tag) for tag in RECORDS}
    same({tag: [(m.step, m.value) for m in column] for tag, column in stored.items()})
    assert all(began - 1 < m.timestamp / 1000 < time.time() + 1 for m in stored[TAG])
    assert not client.get_run(other.info.run_id).data.metrics


def test_mlflow_takes_a_thousand_at_once(monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    sent = []
    monkeypatch.setattr(
        mlflow.MlflowClient, "log_batch", lambda self, run, metrics: sent.append(metrics)
    )
    run = types.SimpleNamespace(info=types.SimpleNamespace(run_id="first"))
    values = {f"gradient_norm/layer_{number}/kernel": float(number) for number in range(2500)}
    trackers.to_mlflow(run)(3, values)
    assert [len(metrics) for metrics in sent] == [1000, 1000, 500]
    assert {m.key: m.value for metrics in sent for m in metrics} == values


def test_trackio(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path))  # read when it is imported
    trackio = pytest.importorskip("trackio")
    from trackio.sqlite_storage import SQLiteStorage

    run = trackio.init(project="norms", name="first", embed=False)
    handed_on(trackers.to_trackio(run))
    run.finish()
    logs = SQLiteStorage.get_logs("norms", "first")
    same({tag: [(row["step"], row[tag]) for row in logs if tag in row] for tag in RECORDS})


def test_aim(tmp_path):
    aim = pytest.importorskip("aim")
    from aim.storage.context import Context

    run = aim.Run(repo=str(tmp_path), system_tracking_interval=None, log_system_params=False)
    handed_on(trackers.to_aim(run))
    stored = {}
    for tag in RECORDS:
        steps, columns = run.get_metric(tag, Context({})).data.numpy()
        stored[tag] = [*zip(steps, columns[0], strict=True)]
    run.close()
    same(stored)


def test_clearml(tmp_path, monkeypatch):
    monkeypatch.setenv("CLEARML_CACHE_DIR", str(tmp_path))
    # No process of its own, forked from one that has TensorFlow's threads: it may wait for ever.
    settings = tmp_path / "clearml.conf"
    settings.write_text("sdk.development.report_use_subprocess: false")
    monkeypatch.setenv("CLEARML_CONFIG_FILE", str(settings))  # read when it is imported
    clearml = pytest.importorskip("clearml")
    clearml.Task.set_offline(True)
    task = clearml.Task.init("norms", "first", auto_connect_frameworks=False)
    told = []
    monkeypatch.setattr(task.get_logger(), "report_text", told.append)
    handed_on(trackers.to_clearml(task))
    folder = task.get_offline_mode_folder()
    task.flush(wait_for_uploads=True)
    time.sleep(1)
    stored = {}
    for line in (folder / "metrics.jsonl").read_text().splitlines():
        for event in json.loads(line):
            stored.setdefault(event["metric"], []).append((event["iter"], event["value"]))
    task.close()
    same(stored, left_out=lambda value: not np.isfinite(value))
    assert f"{TAG} is inf at training step 7" in told
    assert len(told) == 4


@pytest.mark.parametrize("name", ["wandb", "mlflow", "trackio", "aim", "clearml"])
def test_what_is_no_run_is_told(name):
    with pytest.raises(ValueError, match=rf"to_{name} expects .*\(\).*Received: None"):
        getattr(trackers, f"to_{name}")(None)
