import gc
import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from event_files import files, values_in

from keras_rnn_study import measures
from keras_rnn_study.event_log import tags
from keras_rnn_study.event_log.log import EventLog

GLOBAL, FORGET, MAP = "gradient_norm/global", "gate/lstm/forget", "unit_map/lstm/forget"


def scalars_in(log_dir):
    return [(tag, step, float(tensor)) for tag, step, tensor in values_in(log_dir)]


def accumulated(log_dir):
    """The run as TensorBoard itself reads it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(f"{log_dir}/rnn", size_guidance={"tensors": 0})
    accumulator.Reload()
    return accumulator


class TestValues:
    def test_scalars_have_tag_step_and_value(self, tmp_path):
        log = EventLog.open(tmp_path)
        log.add(GLOBAL, 0.25, step=0)
        log.add("gate_mean/lstm/forget", np.float32(0.75), step=np.int64(0))
        log.add(GLOBAL, tf.constant(1e-30), step=tf.Variable(2**40, dtype=tf.int64))
        log.flush()
        assert scalars_in(tmp_path) == [
            (GLOBAL, 0, 0.25),
            ("gate_mean/lstm/forget", 0, 0.75),
            (GLOBAL, 2**40, pytest.approx(1e-30)),
        ]

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
    def test_scalars_that_are_not_finite_are_kept(self, tmp_path, value):
        log = EventLog.open(tmp_path)
        log.add(GLOBAL, value, step=3)
        log.flush()
        expected = math.inf if value == 1e300 else value  # beyond float32
        np.testing.assert_equal(scalars_in(tmp_path), [(GLOBAL, 3, expected)])

    def test_histogram_counts_finite_values_where_they_are(self, tmp_path):
        values = np.random.default_rng(0).normal(size=(4, 5, 60))
        log = EventLog.open(tmp_path)
        log.add(FORGET, measures.histogram(np.append(values, [math.nan, math.inf])), step=7)
        log.flush()
        [(tag, step, rows)] = values_in(tmp_path)
        assert (tag, step, rows.shape) == (FORGET, 7, (30, 3))
        assert rows[0, 0] == values.min()
        assert rows[-1, 1] == values.max()
        for left, right, count in rows[:-1]:
            assert count == np.sum((values >= left) & (values < right))
        assert rows[:, 2].sum() == values.size

    def test_histogram_of_one_value(self, tmp_path):
        log = EventLog.open(tmp_path)
        log.add(FORGET, measures.histogram([0.5, 0.5, math.nan]), step=0)
        log.flush()
        [(_, _, rows)] = values_in(tmp_path)
        assert rows.tolist() == [[0.5, 0.5, 0.0]] * 29 + [[0.5, 0.5, 2.0]]

    @pytest.mark.parametrize("values", [[], [math.nan], [[math.inf]]])
    def test_histogram_of_nothing_writes_nothing(self, tmp_path, values):
        log = EventLog.open(tmp_path)
        log.add(FORGET, measures.histogram(values), step=0)
        log.flush()
        assert files(tmp_path) == []

    def test_image_holds_the_same_pixels(self, tmp_path):
        rgb = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
        log = EventLog.open(tmp_path)
        log.add(MAP, rgb, step=5)
        log.flush()
        [(tag, step, (width, height, png))] = values_in(tmp_path)
        assert (tag, step, width, height) == (MAP, 5, b"30", b"20")
        np.testing.assert_array_equal(tf.io.decode_png(png), rgb)

    @pytest.mark.parametrize("rgb", [np.zeros((2, 2, 3)), np.zeros((2, 2, 4), np.uint8)])
    def test_image_refuses_other_arrays(self, tmp_path, rgb):
        with pytest.raises(ValueError, match=r"expected uint8 and \(height, width, 3\)"):
            EventLog.open(tmp_path).add(MAP, rgb, step=0)

    def test_unknown_kind_is_refused_and_leaves_nothing_behind(self, tmp_path):
        log = EventLog.open(tmp_path)
        with pytest.raises(ValueError, match="nearest is 'gate_mean'"):
            log.add("gate_meen/lstm/forget", 1.0, step=0)
        log.close()
        assert files(tmp_path) == []

    def test_many_values_are_written_before_they_fill_the_memory(self, tmp_path):
        log = EventLog.open(tmp_path)
        for step in range(2500):
            log.add(GLOBAL, step, step)
        assert len(values_in(tmp_path)) == 2000
        log.flush()
        assert scalars_in(tmp_path) == [(GLOBAL, step, step) for step in range(2500)]


class TestTensorBoardReading:
    def test_plugins_and_descriptions(self, tmp_path):
        log = EventLog.open(tmp_path)
        for step in range(2):
            log.add(GLOBAL, 1.0, step)
            log.add(FORGET, measures.histogram([0.1, 0.9]), step)
            log.add(MAP, np.zeros((4, 4, 3), np.uint8), step)
        log.flush()
        read = accumulated(tmp_path)
        for tag, plugin in ((GLOBAL, "scalars"), (FORGET, "histograms"), (MAP, "images")):
            metadata = read.SummaryMetadata(tag)
            assert metadata.plugin_data.plugin_name == plugin
            assert metadata.summary_description == tags.description_of(tag)
            assert [event.step for event in read.Tensors(tag)] == [0, 1]


class TestSharing:
    def test_one_log_and_one_file_for_a_directory(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        first, second = EventLog.open("logs"), EventLog.open(tmp_path / "logs")
        assert first is second
        first.add(GLOBAL, 1.0, step=0)
        second.add(GLOBAL, 2.0, step=1)
        first.flush()
        assert len(files("logs")) == 1
        assert scalars_in("logs") == [(GLOBAL, 0, 1.0), (GLOBAL, 1, 2.0)]

    def test_directories_are_separate(self, tmp_path):
        assert EventLog.open(tmp_path / "a") is not EventLog.open(tmp_path / "b")

    def test_when_the_last_holder_drops_it_all_is_written_and_closed(self, tmp_path):
        first, second = EventLog.open(tmp_path), EventLog.open(tmp_path)
        burst = first._burst
        first.add(GLOBAL, 1.0, step=0)
        del first
        gc.collect()
        assert files(tmp_path) == []
        del second
        gc.collect()
        assert scalars_in(tmp_path) == [(GLOBAL, 0, 1.0)]
        assert burst._file is None

    def test_goes_on_after_close(self, tmp_path):
        log = EventLog.open(tmp_path)
        for step in range(2):
            log.add(GLOBAL, step, step)
            log.close()
            log.close()
        assert len(files(tmp_path)) == 2
        assert scalars_in(tmp_path) == [(GLOBAL, 0, 0.0), (GLOBAL, 1, 1.0)]
        os.remove(files(tmp_path)[0])  # the second file can be read without the first
        assert accumulated(tmp_path).SummaryMetadata(GLOBAL).plugin_data.plugin_name == "scalars"


class TestOpening:
    def test_no_file_before_the_first_value(self, tmp_path):
        log = EventLog.open(tmp_path / "new" / "logs")
        log.flush()
        log.close()
        assert os.listdir(tmp_path / "new" / "logs") == []

    def test_unwritable_directory_is_refused_at_once(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(ValueError, match=r"cannot be written to .*file/logs.*log_dir=None"):
            EventLog.open(tmp_path / "file" / "logs")

    @pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a read-only file system")
    def test_directory_in_which_no_file_can_be_made_is_refused(self, monkeypatch):
        monkeypatch.setattr(tf.io.gfile, "makedirs", lambda path: None)
        with pytest.raises(ValueError, match="cannot be written to"):
            EventLog.open("/proc/self")

    @pytest.mark.parametrize("log_dir", [None, "", 3])
    def test_what_is_not_a_path_is_refused(self, log_dir):
        with pytest.raises(ValueError, match=f"log_dir={log_dir!r}; expected the path"):
            EventLog.open(log_dir)

    def test_other_file_systems_are_reached(self):
        log = EventLog.open("ram://logs/lstm")
        log.add(GLOBAL, 1.0, step=0)
        log.flush()
        [name] = tf.io.gfile.listdir("ram://logs/lstm/rnn")
        assert "tfevents" in name


class TestSurroundings:
    def test_writes_whatever_is_active_around_it_and_disturbs_nothing(self, tmp_path):
        theirs = tf.summary.create_file_writer(str(tmp_path / "theirs"))
        log = EventLog.open(tmp_path)
        strategy = tf.distribute.MirroredStrategy(["cpu:0"])
        with theirs.as_default(step=99), tf.summary.record_if(False), strategy.scope():
            with tf.name_scope("scope"):
                log.add(GLOBAL, 0.5, step=4)
                log.flush()
            assert tf.summary.experimental.get_step() == 99
            assert not tf.summary.should_record_summaries()
            with tf.summary.record_if(True):
                tf.summary.scalar("theirs", 1.0)
        assert scalars_in(tmp_path) == [(GLOBAL, 4, 0.5)]
        theirs.close()
        assert [value[:2] for value in values_in(tmp_path, "theirs")] == [("theirs", 99)]

    # Keras' own: how it reads the learning rate, with NumPy 2.
    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
    def test_beside_keras_tensorboard_callback(self, tmp_path):
        import keras

        class Ours(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                self.log = EventLog.open(tmp_path)

            def on_train_batch_end(self, batch, logs=None):
                self.log.add(GLOBAL, batch + 0.5, step=batch)
                self.log.flush()

        def board_in(log_dir):
            return keras.callbacks.TensorBoard(log_dir, update_freq=2, write_graph=False)

        def batches_in(log_dir):
            return [step for tag, step, _ in values_in(log_dir, "train") if tag == "batch_loss"]

        board, alone = board_in(tmp_path), board_in(tmp_path / "alone")
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.zeros((6, 3))
        for callbacks in ([Ours(), board], [board, Ours()], [alone], [alone]):
            model.fit(x, x[:, :1], batch_size=1, verbose=0, callbacks=callbacks)
        callbacks.clear()
        expected = [(GLOBAL, batch, batch + 0.5) for batch in range(6)]
        assert scalars_in(tmp_path) == expected * 2
        assert batches_in(tmp_path) == batches_in(tmp_path / "alone") != []


KILLED = """
import os, signal, sys
from keras_rnn_study.event_log.log import EventLog
log = EventLog.open(sys.argv[1])
log.add("gradient_norm/global", 1.5, step=0)
{ending}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("log.flush(); os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        (
            "signal.signal(signal.SIGINT, signal.default_int_handler); "
            "os.kill(os.getpid(), signal.SIGINT); signal.pause()",
            -signal.SIGINT,
        ),
        ("raise SystemExit(3)", 3),
    ],
)
def test_what_was_written_survives_the_process(tmp_path, ending, code):
    command = [sys.executable, "-c", KILLED.format(ending=ending), str(tmp_path)]
    assert subprocess.run(command, stderr=subprocess.DEVNULL).returncode == code
    assert scalars_in(tmp_path) == [(GLOBAL, 0, 1.5)]
