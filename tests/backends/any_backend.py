"""What `GradientNorms` promises on whichever backend Keras runs; test_backends.py runs it on each.

References know no backend: under plain SGD a step moves the weights by the gradient, times the
learning rate; and of a linear model the gradient is known in closed form, in float64.
"""

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.datasets import recall

BACKEND = keras.backend.backend()
BATCHES, BATCH, TIME, FEATURES, RATE = 4, 8, 6, 3, 0.1
X = np.random.default_rng(0).normal(size=(BATCHES * BATCH, TIME, FEATURES)).astype("float32")
Y = np.random.default_rng(1).normal(size=(BATCHES * BATCH, 1)).astype("float32")
WEIGHTS = ["lstm/kernel", "lstm/recurrent_kernel", "lstm/bias", "head/kernel", "head/bias"]


def build(optimizer=None, body=None, **options):
    """The same weights each time."""
    keras.utils.set_random_seed(5)
    body = body or [layers.LSTM(4, name="lstm")]
    model = keras.Sequential(
        [keras.Input((TIME, FEATURES)), *body, layers.Dense(1, name="head")], name="model"
    )
    model.compile(optimizer or keras.optimizers.SGD(RATE), loss="mse", **options)
    return model


def fit(model, *callbacks, epochs=2, x=X, y=Y):
    options = {"batch_size": BATCH, "epochs": epochs, "shuffle": False, "verbose": 0}
    return model.fit(x, y, callbacks=list(callbacks), **options)


def moves(model, epochs=2, rate=RATE):
    """By how much each batch moves each weight, over the rate: (steps, weights), float64 norms."""
    norms = []
    for start in [*range(0, len(X), BATCH)] * epochs:
        before = [np.float64(w) for w in model.get_weights()]
        model.train_on_batch(X[start : start + BATCH], Y[start : start + BATCH])
        after = model.get_weights()
        norms.append([np.linalg.norm(a - b) / rate for a, b in zip(after, before, strict=True)])
    return np.array(norms)


def same(history, expected, rtol=1e-3):
    assert list(history["step"]) == list(range(len(expected)))
    for name, norms in zip(WEIGHTS, expected.T, strict=True):
        np.testing.assert_allclose(history[f"gradient_norm/{name}"], norms, rtol, err_msg=name)
    whole = np.sqrt(np.sum(expected**2, axis=1))
    np.testing.assert_allclose(history["gradient_norm/global"], whole, rtol)


COMPILED = [{}, {"run_eagerly": True}]
if BACKEND != "torch":
    COMPILED += [{"jit_compile": True, "steps_per_execution": 3}]


@pytest.mark.parametrize("options", COMPILED, ids=str)
def test_norms_are_by_how_much_a_step_moves_the_weights(options):
    norms = GradientNorms()
    fit(build(**options), norms)
    same(norms.history, moves(build()))


def test_more_steps_than_the_buffer_has_rows(monkeypatch):
    monkeypatch.setattr("keras_rnn_study.callbacks.norm_record._ROWS", 5)  # 4, 5 and 1 meet
    norms = GradientNorms()
    fit(build(), norms)
    same(norms.history, moves(build()))


def test_norms_are_those_of_the_closed_form():
    keras.utils.set_random_seed(0)
    x, y = X[:BATCH, 0], Y[:BATCH]
    model = keras.Sequential([keras.Input((FEATURES,)), layers.Dense(1, name="head")])
    model.compile(keras.optimizers.SGD(RATE), loss="mse")
    kernel, bias = (np.float64(weight) for weight in model.get_weights())
    norms, expected = GradientNorms(), []
    fit(model, norms, epochs=5, x=x, y=y)
    for _ in range(5):
        error = 2 * (np.float64(x) @ kernel + bias - y) / len(x)
        slope, offset = np.float64(x).T @ error, error.sum(axis=0)
        expected.append([np.linalg.norm(slope), np.linalg.norm(offset)])
        kernel, bias = kernel - RATE * slope, bias - RATE * offset
    for name, column in zip(["head/kernel", "head/bias"], np.transpose(expected), strict=True):
        np.testing.assert_allclose(norms.history[f"gradient_norm/{name}"], column, rtol=1e-4)


@pytest.mark.parametrize(
    "options", [{"clipnorm": 0.1}, {"global_clipnorm": 0.2}, {"clipvalue": 0.05}], ids=str
)
def test_norms_are_before_clipping_and_the_ratio_is_what_was_left(options):
    norms = GradientNorms()
    fit(build(keras.optimizers.SGD(RATE, **options)), norms, epochs=1)
    history, first = norms.history, moves(build(), epochs=1)[0]
    whole = np.sqrt(np.sum(first**2))
    assert history["gradient_norm/global"][0] == pytest.approx(whole, rel=1e-3)
    clipped = moves(build(keras.optimizers.SGD(RATE, **options)), epochs=1)
    ratio = np.sqrt(np.sum(clipped**2, axis=1)) / history["gradient_norm/global"]
    np.testing.assert_allclose(history["gradient_clip_ratio/global"], ratio, rtol=2e-3)
    assert ratio[0] < 0.9


@pytest.mark.parametrize(
    "scaled",
    [
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(RATE), initial_scale=512),
        lambda: keras.optimizers.SGD(RATE, loss_scale_factor=64.0),
    ],
    ids=["dynamic", "fixed"],
)
def test_the_loss_scale_is_undone(scaled):
    norms = GradientNorms()
    fit(build(scaled()), norms)
    same(norms.history, moves(build()))


def test_steps_that_the_loss_scaler_skips_are_nan_and_counted():
    y = Y.copy()
    y[BATCH : 2 * BATCH] = np.inf
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(RATE), initial_scale=8)
    norms = GradientNorms()
    fit(build(optimizer), norms, epochs=1, y=y)
    history = norms.history
    assert list(np.isnan(history["gradient_norm/global"])) == [False, True, False, False]
    assert list(history["gradient_skipped_steps/global"]) == [0, 1, 1, 1]


def test_gradient_accumulation_records_each_batch():
    def optimizer():
        return keras.optimizers.SGD(RATE, gradient_accumulation_steps=2, clipnorm=1.0)

    norms = GradientNorms()
    fit(build(optimizer()), norms)
    assert list(norms.history["step"]) == [0, 0, 1, 1, 2, 2, 3, 3]
    first = moves(build(), epochs=1)[0]
    np.testing.assert_allclose(
        norms.history["gradient_norm/global"][0], np.sqrt(np.sum(first**2)), rtol=1e-3
    )
    assert "gradient_clip_ratio/global" not in norms.history


def test_norms_whose_squares_no_float32_holds():
    for factor in 1e25, 1e-25:
        norms = GradientNorms()
        fit(build(loss_weights=factor), norms, epochs=1, x=X[:BATCH], y=Y[:BATCH])
        expected = np.sqrt(np.sum(moves(build(), epochs=1)[0] ** 2)) * factor
        np.testing.assert_allclose(norms.history["gradient_norm/global"], [expected], rtol=1e-3)


def test_nan_is_recorded_as_it_is_and_reported_once():
    y = Y.copy()
    y[BATCH] = np.nan
    norms = GradientNorms()
    with pytest.warns(RuntimeWarning, match="step 1 is not finite"):
        fit(build(), norms, epochs=1, y=y)
    assert list(np.isnan(norms.history["gradient_norm/global"])) == [False, True, True, True]


def test_frozen_weights_have_no_entry():
    frozen = layers.LSTM(4, name="frozen", return_sequences=True, trainable=False)
    norms = GradientNorms()
    fit(build(body=[frozen, layers.GRU(3, name="gru")]), norms, epochs=1)
    assert {tag.split("/")[1] for tag in norms.history if "/" in tag} == {"global", "gru", "head"}


def test_training_is_the_same_and_nothing_stays_behind():
    model, plain = build(keras.optimizers.Adam()), build(keras.optimizers.Adam())
    reported, without = fit(model, GradientNorms()), fit(plain)
    assert reported.history["loss"] == without.history["loss"]
    for a, b in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not {"apply", "stateless_apply"} & set(vars(model.optimizer))


def test_a_model_that_was_trained_unwatched_and_is_so_again():
    model, norms = build(), GradientNorms()
    for callbacks in [], [norms], []:
        fit(model, *callbacks, epochs=1)
    assert list(norms.history["step"]) == list(range(BATCHES, 2 * BATCHES))
    expected = moves(build())[BATCHES:]
    whole = np.sqrt(np.sum(expected**2, axis=1))
    np.testing.assert_allclose(norms.history["gradient_norm/global"], whole, rtol=1e-3)


def test_steps_are_counted_on_when_the_model_is_compiled_anew():
    model, norms = build(), GradientNorms()
    fit(model, norms, epochs=1)
    model.compile(keras.optimizers.Adam(), loss="mse")
    fit(model, norms, epochs=1)
    assert list(norms.history["step"]) == list(range(2 * BATCHES))


def test_what_another_callback_trains_is_not_recorded():
    class Other(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                self.model.train_on_batch(X[:2], Y[:2])

    norms = GradientNorms()
    fit(build(), norms, Other(), epochs=1)
    assert len(norms.history["step"]) == BATCHES


def test_validation_in_between_is_no_step():
    model, norms = build(), GradientNorms()
    options = {"batch_size": BATCH, "epochs": 2, "shuffle": False, "verbose": 0}
    model.fit(X, Y, validation_data=(X, Y), callbacks=[norms], **options)
    same(norms.history, moves(build()))


def test_what_came_before_training_broke_off_is_there():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                raise KeyboardInterrupt

    model, norms = build(), GradientNorms()
    with pytest.raises(KeyboardInterrupt):
        fit(model, norms, Stop())
    assert list(norms.history["step"]) == [0, 1]
    assert not {"apply", "stateless_apply"} & set(vars(model.optimizer))
    fit(model, epochs=1)  # unwatched
    assert len(norms.history["step"]) == 2


def test_keras_own_history_and_csv_have_the_epochs_mean(tmp_path):
    norms, path = GradientNorms(logs="all"), tmp_path / "log.csv"
    log = keras.callbacks.CSVLogger(str(path))
    reported = fit(build(), norms, log).history["gradient_norm/global"]
    each = norms.history["gradient_norm/global"].reshape(2, BATCHES)
    np.testing.assert_allclose(reported, each.mean(axis=1))
    table = np.genfromtxt(path, delimiter=",", names=True, deletechars="")
    np.testing.assert_allclose(table["gradient_norm/global"], reported)
    assert "gradient_norm/lstm/recurrent_kernel" in table.dtype.names


def hand_written(model):
    """A step as each backend's own documentation writes it; `fit` is nowhere."""
    optimizer, variables = model.optimizer, model.trainable_variables
    if BACKEND == "tensorflow":
        import tensorflow as tf

        @tf.function
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
            optimizer.apply(tape.gradient(loss, variables), variables)

    elif BACKEND == "torch":
        import torch

        def step(x, y):
            model.zero_grad()
            loss = torch.mean((model(x, training=True) - keras.ops.convert_to_tensor(y)) ** 2)
            loss.backward()
            with torch.no_grad():
                optimizer.apply([v.value.grad for v in variables], variables)

    else:
        import jax

        optimizer.build(variables)

        def loss_of(weights, rest, x, y):
            prediction, _ = model.stateless_call(weights, rest, x, training=True)
            return jax.numpy.mean((prediction - y) ** 2)

        @jax.jit
        def compiled(state, weights, rest, x, y):
            gradients = jax.grad(loss_of)(weights, rest, x, y)
            return optimizer.stateless_apply(state, gradients, weights)

        def step(x, y):
            state, rest = optimizer.variables, model.non_trainable_variables
            known = ([v.value for v in part] for part in (state, variables, rest))
            new_weights, new_state = compiled(*known, x, y)
            for variable, value in zip(
                [*variables, *state], [*new_weights, *new_state], strict=True
            ):
                variable.assign(value)

    return step


def test_a_training_loop_written_by_hand():
    model = build()
    step = hand_written(model)
    with GradientNorms().recording(model) as norms:
        for start in range(0, len(X), BATCH):
            step(X[start : start + BATCH], Y[start : start + BATCH])
            norms.update()
    same(norms.history, moves(build(), epochs=1))


def test_a_stream_trains():
    model = keras.Sequential([keras.Input(recall.TASK.input_shape), layers.GRU(4)])
    model.add(layers.Dense(recall.TASK.num_classes, activation="softmax"))
    model.compile("adam", loss="sparse_categorical_crossentropy")
    norms = GradientNorms()
    stream = recall.stream(4, gap=3, seed=0)
    options = {"steps_per_epoch": 3, "epochs": 2, "shuffle": False, "verbose": 0}
    model.fit(stream, callbacks=[norms], **options)
    assert list(norms.history["step"]) == list(range(6))


@pytest.mark.skipif(BACKEND == "tensorflow", reason="of other backends")
@pytest.mark.parametrize("name", ["trace", "diagnose", "fused", "dynamics", "Probe"])
def test_what_needs_tensorflow_says_so(name):
    import keras_rnn_study as krs
    from keras_rnn_study.callbacks import Probe

    calls = {
        "trace": lambda: krs.trace(build(), X, Y),
        "diagnose": lambda: krs.diagnose(build(), X, Y),
        "fused": lambda: krs.fused(build()),
        "dynamics": lambda: krs.dynamics.fixed_points(build()),
        "Probe": lambda: Probe(X, Y),
    }
    with pytest.raises(ValueError, match=f"^{name} .*runs on '{BACKEND}'. Set KERAS_BACK"):
        calls[name]()


@pytest.mark.skipif(BACKEND == "tensorflow", reason="of other backends")
@pytest.mark.parametrize("name", ["GradientFlow", "GateActivations", "Dynamics", "Diagnosis"])
def test_callbacks_that_need_tensorflow_say_so(name):
    from keras_rnn_study import callbacks

    with pytest.raises(ValueError, match=f"^{name} .*KERAS_BACKEND=tensorflow"):
        getattr(callbacks, name)(None, None)
