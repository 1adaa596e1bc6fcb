"""Each adapter with the real client: what the client stored is what was measured."""

import json
import struct
import time

import numpy as np
import pytest

from keras_rnn_study import trackers

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
TAG, WEIGHT = "gradient_norm/global", "gradient_norm/head/kernel"


def handed_on(log):
    """Some records, as `Forward` hands them on: what they were."""
    history = {"step": np.arange(6), TAG: np.geomspace(1, 1e-6, 6), WEIGHT: np.linspace(0, 1, 6)}
    for step in history["step"]:
        log(int(step), {tag: float(history[tag][step]) for tag in (TAG, WEIGHT)})
    return history


def same(stored, history):
    """`stored`: tag -> list of (step, value)."""
    for tag in TAG, WEIGHT:
        steps, values = np.transpose(sorted(stored[tag]))
        np.testing.assert_array_equal(steps, history["step"])
        np.testing.assert_allclose(values, history[tag], rtol=1e-6)


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
    history = handed_on(trackers.to_wandb(run))
    run.finish()
    (path,) = tmp_path.rglob("run-*.wandb")
    stored, axes = {}, {}
    for record in records_of(path):
        if record.HasField("metric"):
            axes[record.metric.name] = record.metric
        items = {i.key or "/".join(i.nested_key): i.value_json for i in record.history.item}
        for tag in items.keys() & {TAG, WEIGHT}:
            step = json.loads(items[trackers.STEP])
            stored.setdefault(tag, []).append((step, json.loads(items[tag])))
    same(stored, history)
    assert axes[TAG].step_metric == trackers.STEP or axes[TAG].step_metric_index


def test_mlflow(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())  # which MLflow makes
    with mlflow.start_run() as run:
        history = handed_on(trackers.to_mlflow(run))
    stored = mlflow.MlflowClient().get_metric_history
    same({t: [(m.step, m.value) for m in stored(run.info.run_id, t)] for t in history}, history)


def test_trackio(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path))  # read when it is imported
    trackio = pytest.importorskip("trackio")
    from trackio.sqlite_storage import SQLiteStorage

    run = trackio.init(project="norms", name="first", embed=False)
    history = handed_on(trackers.to_trackio(run))
    run.finish()
    logs = SQLiteStorage.get_logs("norms", "first")
    same({tag: [(row["step"], row[tag]) for row in logs] for tag in (TAG, WEIGHT)}, history)


def test_aim(tmp_path):
    aim = pytest.importorskip("aim")
    from aim.storage.context import Context

    run = aim.Run(repo=str(tmp_path), system_tracking_interval=None, log_system_params=False)
    history = handed_on(trackers.to_aim(run))
    stored = {}
    for tag in TAG, WEIGHT:
        steps, columns = run.get_metric(tag, Context({})).data.numpy()
        stored[tag] = [*zip(steps, columns[0], strict=True)]
    run.close()
    same(stored, history)


def test_clearml(tmp_path, monkeypatch):
    monkeypatch.setenv("CLEARML_CACHE_DIR", str(tmp_path))
    clearml = pytest.importorskip("clearml")
    clearml.Task.set_offline(True)
    task = clearml.Task.init("norms", "first", auto_connect_frameworks=False)
    history = handed_on(trackers.to_clearml(task))
    folder = task.get_offline_mode_folder()
    task.flush(wait_for_uploads=True)
    time.sleep(1)
    stored = {}
    for line in (folder / "metrics.jsonl").read_text().splitlines():
        for event in json.loads(line):
            stored.setdefault(event["metric"], []).append((event["iter"], event["value"]))
    task.close()
    same(stored, history)


@pytest.mark.parametrize("name", ["wandb", "mlflow", "trackio", "aim", "clearml"])
def test_what_is_no_run_is_told(name):
    with pytest.raises(ValueError, match=rf"to_{name} expects .*\(\).*Received: None"):
        getattr(trackers, f"to_{name}")(None)
