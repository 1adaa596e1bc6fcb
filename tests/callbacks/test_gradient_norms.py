"""The recorded gradients are those of the real training steps, whatever the training is like."""

import csv
import gc
import itertools
import re
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import scalars_in
from keras import layers

from keras_rnn_study.callbacks import GradientNorms

BATCHES, BATCH, TIME, FEATURES = 4, 8, 10, 3
X = np.random.default_rng(0).normal(size=(BATCHES * BATCH, TIME, FEATURES)).astype("float32")
Y = np.random.default_rng(1).normal(size=(BATCHES * BATCH, 1)).astype("float32")


def build(optimizer=None, model=None, **compile_options):
    keras.utils.set_random_seed(5)
    model = model or keras.Sequential(
        [
            keras.Input((TIME, FEATURES)),
            layers.LSTM(4, return_sequences=True, name="lstm"),
            layers.SimpleRNN(5, name="rnn"),
            layers.Dense(1, name="head"),
        ]
    )
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss="mse", **compile_options)
    return model


def fit(model, *callbacks, epochs=2, x=X, y=Y):
    options = {"batch_size": BATCH, "epochs": epochs, "shuffle": False, "verbose": 0}
    return model.fit(x, y, callbacks=list(callbacks), **options)


def by_hand(model, epochs=2):
    """The norms of the same training, step by step with a tape and the optimizer."""
    records = []
    for _, start in itertools.product(range(epochs), range(0, len(X), BATCH)):
        x, y = X[start : start + BATCH], Y[start : start + BATCH]
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        record = {
            f"gradient_norm/{_name(v)}": np.linalg.norm(np.float64(g))
            for g, v in zip(gradients, model.trainable_variables, strict=True)
            if g is not None
        }
        record["gradient_norm/global"] = np.sqrt(sum(norm**2 for norm in record.values()))
        records.append(record)
        model.optimizer.apply(gradients, model.trainable_variables)
    return {tag: np.array([record[tag] for record in records]) for tag in records[0]}


def _name(variable):
    parts = variable.path.split("/")
    return "/".join(part for part in parts if not re.search(r"_cell$|^sequential", part))


def same_norms(history, expected, rtol=1e-4):
    assert {tag for tag in history if tag.startswith("gradient_norm/")} == set(expected)
    assert np.array_equal(history["step"], np.arange(len(history["step"])))
    for tag, values in expected.items():
        np.testing.assert_allclose(history[tag], values, rtol=rtol, err_msg=tag)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"jit_compile": True},
        {"run_eagerly": True},
        {"steps_per_execution": 3},
        {"steps_per_execution": 2, "jit_compile": True},
    ],
    ids=str,
)
def test_norms_are_those_of_a_tape(options):
    expected = by_hand(build())
    norms = GradientNorms()
    fit(build(**options), norms)
    same_norms(norms.history, expected)


@pytest.mark.parametrize(
    "options", [{"clipnorm": 0.1}, {"global_clipnorm": 0.2}, {"clipvalue": 0.05}]
)
def test_norms_are_before_clipping_and_the_ratio_says_how_much_was_clipped(options):
    expected = by_hand(build(keras.optimizers.SGD(0.1, **options)))
    norms = GradientNorms()
    model = build(keras.optimizers.SGD(0.1, **options))
    before = model.get_weights()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    # Under plain SGD the change of the weights over the learning rate is the clipped gradient.
    moved = [(a - b) / 0.1 for a, b in zip(before, model.get_weights(), strict=True)]
    clipped = np.sqrt(sum(np.sum(np.float64(m) ** 2) for m in moved))
    history = norms.history
    assert history["gradient_clip_ratio/global"][0] == pytest.approx(
        clipped / history["gradient_norm/global"][0], rel=1e-4
    )
    assert history["gradient_clip_ratio/global"][0] < 0.9
    np.testing.assert_allclose(
        history["gradient_norm/global"], expected["gradient_norm/global"][:1], rtol=1e-4
    )


def test_without_clipping_there_is_no_ratio_and_weights_move_by_the_norm():
    model, norms = build(), GradientNorms()
    before = model.get_weights()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    assert "gradient_clip_ratio/global" not in norms.history
    for weight, new, variable in zip(
        before, model.get_weights(), model.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(
            norms.history[f"gradient_norm/{_name(variable)}"],
            [np.linalg.norm(weight - new) / 0.1],
            rtol=1e-3,
        )


def test_gradient_accumulation_records_each_batch():
    norms = GradientNorms()
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2, clipnorm=1.0)
    fit(build(optimizer), norms)
    expected = by_hand(
        build(keras.optimizers.SGD(0.1, gradient_accumulation_steps=2, clipnorm=1.0))
    )
    history = norms.history
    assert list(history["step"]) == [0, 0, 1, 1, 2, 2, 3, 3]  # two batches, one iteration
    same_norms(history | {"step": np.arange(2 * BATCHES)}, expected, rtol=1e-3)
    assert "gradient_clip_ratio/global" not in history


@pytest.mark.parametrize(
    "scaled",
    [
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=512.0),
        lambda: keras.optimizers.SGD(0.1, loss_scale_factor=64.0),
    ],
)
def test_the_loss_scale_is_undone(scaled):
    norms = GradientNorms()
    fit(build(scaled()), norms)
    same_norms(norms.history, by_hand(build()))


def test_steps_that_loss_scaling_skips_are_recorded_as_infinite():
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(0.1), initial_scale=2.0**127
    )
    norms = GradientNorms()
    with pytest.warns(RuntimeWarning, match="step 0 is not finite"):
        fit(build(optimizer, loss_weights=1e4), norms, epochs=1)
    history = norms.history
    assert not np.isfinite(history["gradient_norm/global"][0])
    assert history["step"][0] == history["step"][1] == 0  # the optimizer did not step


def test_replicas_are_summed():
    cpus = tf.config.list_logical_devices("CPU")
    if len(cpus) < 2:
        pytest.skip("needs two logical CPU devices; tests/conftest.py makes them")
    expected = by_hand(build())
    for inside in (True, False):
        strategy = tf.distribute.MirroredStrategy(
            [cpu.name for cpu in cpus[:2]],
            cross_device_ops=tf.distribute.ReductionToOneDevice(),
        )
        norms = GradientNorms()
        with strategy.scope():
            model = build()
            if inside:
                fit(model, norms)
        if not inside:
            fit(model, norms)
        same_norms(norms.history, expected)


def test_frozen_and_unused_weights_have_no_entry():
    class Unused(layers.Layer):
        def build(self, shape):
            self.idle = self.add_weight(shape=(3,), name="idle")

        def call(self, x):
            return x

    frozen = layers.LSTM(4, name="frozen", return_sequences=True, trainable=False)
    stack = [frozen, Unused(name="unused"), layers.GRU(3, name="gru"), layers.Dense(1, name="head")]
    model = keras.Sequential([keras.Input((TIME, FEATURES)), *stack])
    norms = GradientNorms()
    with pytest.warns(UserWarning, match="Gradients do not exist"):  # says Keras of the unused one
        fit(build(model=model), norms)
    names = {tag.split("/")[1] for tag in norms.history if "/" in tag}
    assert names == {"global", "gru", "head"}


@pytest.mark.parametrize("jit_compile", [False, True])
def test_embeddings_count_rows_that_occur_twice_once(jit_compile):
    model = keras.Sequential(
        [keras.Input((4,), dtype="int32"), layers.Embedding(5, 3, name="words"), layers.GRU(2)]
    )
    model.compile(keras.optimizers.SGD(0.1), loss="mse", jit_compile=jit_compile)
    before = model.get_weights()[0]
    norms = GradientNorms()
    model.fit(np.array([[1, 1, 1, 2]]), np.ones((1, 2)), verbose=0, callbacks=[norms])
    moved = np.linalg.norm(model.get_weights()[0] - before) / 0.1
    np.testing.assert_allclose(norms.history["gradient_norm/words/embeddings"], [moved], rtol=1e-3)


def test_a_train_step_of_the_users_own():
    class Mine(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(x, training=True) - y) ** 2)
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"mine": loss}

    stack = build().layers
    model = Mine([keras.Input((TIME, FEATURES)), *stack])
    norms = GradientNorms()
    fit(build(model=model), norms)
    assert len(norms.history["step"]) == 2 * BATCHES


def test_a_model_that_keras_builds_at_the_first_step():
    class Late(keras.Model):
        def __init__(self):
            super().__init__()
            self.rnn, self.head = layers.GRU(3, name="rnn"), layers.Dense(1, name="head")

        def call(self, x):
            return self.head(self.rnn(x))

    norms = GradientNorms()
    fit(build(model=Late()), norms)
    assert list(norms.history["step"]) == list(range(2 * BATCHES))
    assert np.all(norms.history["gradient_norm/rnn/recurrent_kernel"] > 0)


def test_a_second_fit_goes_on_and_one_without_the_callback_is_not_recorded():
    model, norms = build(), GradientNorms()
    expected = by_hand(build(), epochs=4)
    fit(model, norms)
    function = model.train_function
    fit(model, epochs=1)
    assert len(norms.history["step"]) == 2 * BATCHES
    fit(model, norms, epochs=1)
    assert model.train_function is function
    assert list(norms.history["step"]) == [*range(2 * BATCHES), *range(3 * BATCHES, 4 * BATCHES)]
    np.testing.assert_allclose(
        norms.history["gradient_norm/global"][-BATCHES:],
        expected["gradient_norm/global"][-BATCHES:],
        rtol=1e-3,
    )


def test_recording_changes_nothing_of_the_training():
    plain, recorded = build(keras.optimizers.Adam()), build(keras.optimizers.Adam())
    fit(plain)
    fit(recorded, GradientNorms())
    for a, b in zip(plain.get_weights(), recorded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class Raising(keras.callbacks.Callback):
    """Breaks training off after some batches, from a callback or from within the step."""

    def __init__(self, error, batches=3):
        super().__init__()
        self.error, self.batches = error, batches

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self.batches:
            raise self.error


@pytest.mark.parametrize("error", [RuntimeError("by a test"), KeyboardInterrupt()], ids=repr)
def test_training_that_breaks_off_loses_nothing_and_leaves_nothing(error, tmp_path):
    model, norms = build(), GradientNorms(tmp_path)
    with pytest.raises(type(error)):
        fit(model, norms, Raising(error))
    assert "apply" not in vars(model.optimizer)
    assert list(norms.history["step"]) == [0, 1, 2]
    fit(model, epochs=1)  # without the callback: nothing of it is left in the model
    assert list(norms.history["step"]) == [0, 1, 2]
    assert not hasattr(model.train_function, "arm")
    del norms
    error.__traceback__ = None  # its frames hold the callback
    gc.collect()
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]


def test_a_step_that_raises_writes_what_was_recorded_until_then(tmp_path):
    def batches():
        for start in range(0, 3 * BATCH, BATCH):
            yield X[start : start + BATCH], Y[start : start + BATCH]
        raise RuntimeError("no more data")

    shapes = (tf.TensorSpec((None, TIME, FEATURES)), tf.TensorSpec((None, 1)))
    data = tf.data.Dataset.from_generator(batches, output_signature=shapes)
    model, norms = build(), GradientNorms(tmp_path)
    with pytest.raises(tf.errors.OpError):
        model.fit(data, steps_per_epoch=9, shuffle=False, verbose=0, callbacks=[norms])
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]
    assert not hasattr(model.train_function, "arm")


def test_a_process_that_ends_badly_has_written(tmp_path):
    import subprocess

    script = f"""
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
from keras_rnn_study.callbacks import GradientNorms
model = keras.Sequential([keras.Input((4, 2)), keras.layers.GRU(2), keras.layers.Dense(1)])
model.compile("sgd", loss="mse")
class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            raise RuntimeError("by a test")
model.fit(np.ones((9, 4, 2)), np.ones((9, 1)), batch_size=1, verbose=0,
          callbacks=[GradientNorms({str(tmp_path)!r}), Stop()])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "by a test" in done.stderr
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("update_freq", ["epoch", "batch", 3])
def test_every_step_is_in_the_event_file(update_freq, tmp_path):
    norms = GradientNorms(tmp_path, update_freq=update_freq)
    fit(build(keras.optimizers.SGD(0.1, clipnorm=1.0)), norms)
    written, history = scalars_in(tmp_path), norms.history
    assert set(written) == set(history) - {"step"}
    for tag, values in written.items():
        assert list(values) == list(range(2 * BATCHES))
        np.testing.assert_allclose(list(values.values()), history[tag], rtol=1e-6)


def test_more_steps_than_the_buffer_holds(monkeypatch):
    from keras_rnn_study.seams import gradient_tap

    monkeypatch.setattr(
        "keras_rnn_study.callbacks.norm_record.GradientTap",
        lambda optimizer, weights, rows: gradient_tap.GradientTap(optimizer, weights, rows=4),
    )
    norms = GradientNorms()
    fit(build(), norms, epochs=3)
    same_norms(norms.history, by_hand(build(), epochs=3))


def test_logs_carry_the_means_to_other_callbacks(tmp_path):
    norms = GradientNorms()
    history = fit(
        build(keras.optimizers.SGD(0.1, clipnorm=1.0)),
        norms,
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.EarlyStopping(monitor="gradient_norm/global", mode="max", patience=9),
    )
    expected = norms.history["gradient_norm/global"].reshape(2, BATCHES).mean(axis=1)
    np.testing.assert_allclose(history.history["gradient_norm/global"], expected)
    with open(tmp_path / "log.csv") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["gradient_norm/global"]) for row in rows] == pytest.approx(list(expected))
    assert "gradient_clip_ratio/global" in rows[0]


def test_nan_is_recorded_as_it_is_and_reported_once():
    y = Y.copy()
    y[BATCH] = np.nan
    norms = GradientNorms(update_freq="batch")
    with pytest.warns(RuntimeWarning, match="step 1 is not finite.*recorded as it is") as caught:
        fit(build(), norms, y=y)
    assert len([w for w in caught if "not finite" in str(w.message)]) == 1
    assert np.isfinite(norms.history["gradient_norm/global"][0])
    assert np.isnan(norms.history["gradient_norm/global"][1:]).all()


def test_norms_beyond_float32_are_finite():
    """Squares of an exploding gradient overflow float32 long before the gradient does."""
    norms = GradientNorms()
    fit(build(loss_weights=1e25), norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    assert 1e20 < norms.history["gradient_norm/global"][0] < 1e30


def test_a_training_loop_written_by_hand(tmp_path):
    expected = by_hand(build())
    model = build()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)

    with GradientNorms(tmp_path).recording(model) as norms:
        for _, start in itertools.product(range(2), range(0, len(X), BATCH)):
            step(X[start : start + BATCH], Y[start : start + BATCH])
            norms.update()
    same_norms(norms.history, expected)
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == list(range(2 * BATCHES))
    assert "apply" not in vars(model.optimizer)


def test_bad_input(tmp_path):
    for wrong in ("epochs", 0, -1, 2.5, True, None):
        with pytest.raises(ValueError, match=r"'epoch', 'batch' or a positive integer\. Received"):
            GradientNorms(update_freq=wrong)
    (tmp_path / "file").write_text("")
    model = build()
    before = model.get_weights()
    with pytest.raises(ValueError, match="cannot be written"):
        fit(model, GradientNorms(tmp_path / "file"))
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    uncompiled = keras.Sequential([keras.Input((4, 2)), layers.GRU(2)])
    with pytest.raises(ValueError, match=r"has no optimizer.*recording"):
        GradientNorms().recording(uncompiled).__enter__()


def test_being_collected_while_a_graph_is_traced(tmp_path):
    """Python collects what training that broke off left behind wherever it likes."""
    error, left = RuntimeError("by a test"), [GradientNorms(tmp_path)]
    with pytest.raises(RuntimeError):
        fit(build(), left[0], Raising(error))
    error.__traceback__ = None

    @tf.function
    def traced():
        left.clear()
        gc.collect()
        return tf.constant(1)

    traced()
    assert list(scalars_in(tmp_path)["gradient_norm/global"]) == [0, 1, 2]


def test_two_at_once_record_the_same():
    a, b, model = GradientNorms(), GradientNorms(), build()
    expected = by_hand(build(), epochs=4)
    fit(model, a, b)
    same_norms(a.history, {tag: norms[: 2 * BATCHES] for tag, norms in expected.items()})
    assert not hasattr(model.train_function, "arm")
    fit(model, b)
    assert len(a.history["step"]) == 2 * BATCHES
    same_norms(b.history, expected, rtol=1e-3)


class Meanwhile(keras.callbacks.Callback):
    """Trains on a batch of its own, or has Keras make its functions anew, between two steps."""

    def __init__(self, disturb):
        super().__init__()
        self.disturb = disturb

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.disturb(self.model)


@pytest.mark.parametrize(
    "disturb",
    [
        lambda model: model.train_on_batch(X[:BATCH], Y[:BATCH]),
        lambda model: model.make_train_function(force=True),
    ],
    ids=["train_on_batch", "make_train_function"],
)
def test_other_callbacks_may_train_in_between(disturb):
    model, norms = build(), GradientNorms()
    fit(model, norms, Meanwhile(disturb))
    assert len(norms.history["step"]) == 2 * BATCHES
    assert not hasattr(model.train_function, "arm")


def test_gradients_without_variables_are_of_those_the_optimizer_was_built_on():
    model = build()
    weights = model.trainable_variables[::-1]
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(weights)
    with GradientNorms().recording(model, optimizer) as norms:
        optimizer.apply([tf.fill(v.shape, float(k)) for k, v in enumerate(weights)])
    np.testing.assert_allclose(norms.history["gradient_norm/head/bias"], [0.0])
    assert norms.history["gradient_norm/head/kernel"] > 0


def test_what_was_traced_in_a_recording_is_silent_after_it():
    model, norms = build(), GradientNorms()
    with norms.recording(model):
        model.train_on_batch(X[:BATCH], Y[:BATCH])
    model.train_on_batch(X[:BATCH], Y[:BATCH])
    assert list(norms.history["step"]) == [0]


def test_weights_of_the_model_itself_do_not_take_the_place_of_the_whole():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.rnn, self.head = layers.GRU(2), layers.Dense(1)
            self.scale = self.add_weight(shape=(), initializer="ones", name="global")

        def call(self, x):
            return self.scale * self.head(self.rnn(x))

    norms = GradientNorms()
    fit(build(model=Own()), norms)
    history = norms.history
    assert np.all(history["gradient_norm/global"] > history["gradient_norm/own/global"])


def test_a_train_step_with_another_optimizer_is_said():
    class Other(keras.Sequential):
        def train_step(self, data):
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(data[0]) - data[1]) ** 2)
            weights = self.trainable_variables
            mine.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    mine = keras.optimizers.SGD(0.1)
    model = Other([keras.Input((TIME, FEATURES)), layers.GRU(2), layers.Dense(1)])
    mine.build(model.trainable_variables)
    with pytest.warns(RuntimeWarning, match=r"no gradient went through.*recording\(model"):
        fit(build(model=model), GradientNorms())


def test_replicas_are_clipped_each_for_itself():
    """As Keras does it, so the ratio is that of what it applies."""
    cpus = [cpu.name for cpu in tf.config.list_logical_devices("CPU")[:2]]
    reduce = tf.distribute.ReductionToOneDevice()
    with tf.distribute.MirroredStrategy(cpus, cross_device_ops=reduce).scope():
        model = build(keras.optimizers.SGD(0.1, global_clipnorm=0.05))
    before, norms = model.get_weights(), GradientNorms()
    fit(model, norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
    moved = [(a - b) / 0.1 for a, b in zip(before, model.get_weights(), strict=True)]
    clipped = np.sqrt(sum(np.sum(np.float64(m) ** 2) for m in moved))
    ratio = clipped / norms.history["gradient_norm/global"]
    np.testing.assert_allclose(norms.history["gradient_clip_ratio/global"], ratio, rtol=1e-3)


def test_without_an_optimizer():
    model = keras.Sequential([keras.Input((TIME, FEATURES)), layers.GRU(2), layers.Dense(1)])
    model.compile(optimizer=None, loss="mse")
    with pytest.raises(ValueError, match=r"compiled without one\. Give `compile` an optimizer"):
        fit(model, GradientNorms())
