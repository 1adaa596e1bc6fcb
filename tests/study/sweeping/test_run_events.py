"""A run's event files: its curves, and what the HParams tab compares."""

import numpy as np
import pytest
from event_files import scalars_in

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Result
from keras_rnn_study.study.sweeping.run_events import write_events

RUN = Run("recall", "lstm", gap=5, optimizer_options=(("clipnorm", 1.0),), seed=3)
VARIED = ["cell", "gap", "forget_bias", "clipnorm", "seed"]
HISTORY = {
    "step": np.array([0, 40, 80]),
    "score": np.array([0.1, 0.5, 1.0]),
    "loss": np.array([np.nan, 2.0, 0.5]),
    "gradient_horizon/lstm/c": np.array([7.0, 6.0, 5.0], "float32"),
    "back_in_time/gradient_horizon": np.array([7.0, 6.0, 5.0], "float32"),
    "gradient_flow/lstm/c": np.ones((3, 7), "float32"),
    "training_gradient_norm": np.r_[np.arange(40.0), np.arange(40.0)[::-1] + 100],
}


@pytest.fixture
def events(tmp_path):
    result = Result(
        RUN, "learned", "success held", updates=80, updates_to_success=40, horizon=(7, 5), score=0.9
    )
    write_events(tmp_path, RUN, result, HISTORY, VARIED)
    return tmp_path


def test_curves_are_at_their_steps(events):
    found = scalars_in(events)
    assert found["fit/score"] == {0: pytest.approx(0.1), 40: 0.5, 80: 1.0}
    np.testing.assert_equal(found["fit/loss"], {0: np.nan, 40: 2.0, 80: 0.5})
    assert found["gradient_horizon/lstm/c"] == {0: 7.0, 40: 6.0, 80: 5.0}
    assert found["back_in_time/gradient_horizon"] == {0: 7.0, 40: 6.0, 80: 5.0}
    # The largest norm from one check to the next, at the training step that had it.
    assert found["gradient_norm/global"] == {39: 39.0, 40: 139.0}
    assert "gradient_flow/lstm/c" not in found


def test_metrics_are_at_the_last_step(events):
    found = scalars_in(events)
    assert found["study/success"] == {80: 1.0}
    assert found["study/updates"] == {80: 40.0}  # until it had learned, as the report has it
    assert found["study/score"] == {80: pytest.approx(0.9)}  # not that of the last check
    assert found["study/horizon"] == {80: 7.0}


def test_hyperparameters_are_what_differs(events):
    import tensorflow as tf
    from tensorboard.plugins.hparams import metadata
    from tensorflow.core.util import event_pb2

    [file] = (events / "rnn").iterdir()
    plugin = {}
    for record in tf.data.TFRecordDataset(str(file)):
        for value in event_pb2.Event.FromString(record.numpy()).summary.value:
            if value.metadata.plugin_data.plugin_name == "hparams":
                plugin[value.tag] = value.metadata.plugin_data.content
    session = metadata.parse_session_start_info_plugin_data(plugin["_hparams_/session_start_info"])
    given = {
        name: value.string_value or value.number_value for name, value in session.hparams.items()
    }
    assert given == {"cell": "lstm", "gap": 5, "clipnorm": 1.0, "seed": 3}  # no forget bias
    experiment = metadata.parse_experiment_plugin_data(plugin["_hparams_/experiment"])
    assert [info.name for info in experiment.hparam_infos] == VARIED
    shown = {info.name.tag: info.display_name for info in experiment.metric_infos}
    assert shown["study/success"] == "learned"
    assert shown["study/horizon"] == "horizon before training"


def test_a_run_that_failed_has_its_row_too(tmp_path):
    write_events(tmp_path, RUN, Result(RUN, "failed", "error"), {}, VARIED)
    found = scalars_in(tmp_path)
    assert found == {"study/success": {0: 0.0}}


def test_a_run_that_never_learned_has_no_updates_to_success(tmp_path):
    result = Result(RUN, "at chance", "updates used up", updates=80, score=0.1)
    write_events(tmp_path, RUN, result, HISTORY, VARIED)
    found = scalars_in(tmp_path)
    assert "study/updates" not in found
    assert found["study/success"] == {80: 0.0}
