"""Losses that are not `compile(loss=...)`, the loss scale, and losses that are no number."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from keras_rnn_study import trace
from keras_rnn_study.tracing.batch import reason

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 5, 2)).astype("float32")
Y = RNG.normal(size=(6, 1)).astype("float32")


class Compare(layers.Layer):
    """Adds a loss between two of its inputs, as the CTC layer of a captcha reader does."""

    def call(self, prediction, labels):
        self.add_loss(ops.mean((prediction - labels) ** 2))
        return prediction


def labels_among_inputs():
    x, y = keras.Input((5, 2), name="x"), keras.Input((1,), name="y")
    prediction = layers.Dense(1)(layers.LSTM(3, name="lstm")(x))
    model = keras.Model({"x": x, "y": y}, Compare()(prediction, y))
    model.compile("adam")
    return model


def tape_of(model, x, loss):
    """The gradient of a loss with respect to the inputs, from one eager tape."""
    with tf.GradientTape() as tape:
        x = tf.constant(x)
        tape.watch(x)
        value = loss(x)
    return float(value), tape.gradient(value, x).numpy()


def test_labels_among_the_inputs_need_no_y():
    model = labels_among_inputs()
    measured = trace(model, {"x": X, "y": Y})
    assert measured.loss == pytest.approx(model.evaluate({"x": X, "y": Y}, verbose=0), rel=1e-5)

    def loss(x):
        model({"x": x, "y": tf.constant(Y)}, training=False)
        return model.losses[0]

    value, gradient = tape_of(model, X, loss)
    assert measured.loss == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(measured["lstm"].input_gradients, gradient, rtol=1e-4, atol=1e-7)


def test_a_compute_loss_of_the_models_own_needs_no_labels():
    class Predictive(keras.Model):
        def __init__(self):
            super().__init__()
            self.gru = layers.GRU(2, return_sequences=True, name="gru")

        def call(self, x):
            return self.gru(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return ops.mean((y_pred[:, :-1] - x[:, 1:]) ** 2)

    model = Predictive()
    model(X)
    model.compile("adam")
    measured = trace(model, X)
    assert measured.loss == pytest.approx(
        np.mean((model.predict(X, verbose=0)[:, :-1] - X[:, 1:]) ** 2), rel=1e-5
    )
    assert np.abs(measured["gru"].state_gradients["h"]).max() > 0


def test_without_labels_and_with_a_loss_that_needs_them_there_is_none():
    model = keras.Sequential([keras.Input((5, 2)), layers.LSTM(3, kernel_regularizer="l2")])
    model.compile("adam", loss="mse")
    measured = trace(model, X)
    assert measured.loss is None
    assert measured["lstm"].state_gradients is None


class OwnStep(keras.Model):
    """A variational autoencoder's form: the loss is computed in `train_step`."""

    def __init__(self):
        super().__init__()
        self.lstm, self.head = layers.LSTM(3, name="lstm"), layers.Dense(1)

    def call(self, x):
        return self.head(self.lstm(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.abs(self(x) - y))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


@pytest.fixture
def own_step():
    model = OwnStep()
    model.compile("adam")
    model.fit(X, Y, verbose=0)
    return model


def per_sample(y, y_pred):
    return ops.mean(ops.abs(y_pred - y), axis=-1)


def test_a_loss_of_the_training_step_can_be_handed_over(own_step):
    value, gradient = tape_of(own_step, X, lambda x: ops.mean(ops.abs(own_step(x) - Y)))
    for loss in (
        "mae",
        "MeanAbsoluteError",
        keras.losses.MeanAbsoluteError(),
        per_sample,
        lambda y, y_pred: ops.mean(per_sample(y, y_pred)),
    ):
        measured = trace(own_step, X, Y, loss=loss)
        assert measured.loss == pytest.approx(value, rel=1e-5)
        np.testing.assert_allclose(measured["lstm"].input_gradients, gradient, rtol=1e-4, atol=1e-7)


def test_it_is_weighed_and_may_do_without_labels(own_step):
    weight = np.arange(6.0)
    expected = np.mean(weight * np.abs(own_step.predict(X, verbose=0) - Y)[:, 0])
    for loss in ("mae", keras.losses.MeanAbsoluteError()):
        assert trace(own_step, X, Y, weight, loss=loss).loss == pytest.approx(expected, rel=1e-5)
    measured = trace(own_step, X, loss=lambda y, y_pred: ops.mean(y_pred))
    assert measured.loss == pytest.approx(own_step.predict(X, verbose=0).mean(), rel=1e-5)
    assert np.abs(measured["lstm"].state_gradients["h"]).max() > 0


def test_it_takes_the_place_of_the_compiled_one():
    model = keras.Sequential([keras.Input((5, 2)), layers.LSTM(3), layers.Dense(1)])
    assert trace(model, X, Y, loss="mae").loss is not None  # nor need there be one
    model.compile(loss="mse")
    assert trace(model, X, Y).loss == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-5)
    by_mae = trace(model, X, Y, loss="mae").loss
    assert by_mae == pytest.approx(np.mean(np.abs(model.predict(X, verbose=0) - Y)), rel=1e-5)


def test_a_model_without_any_loss_says_so_with_the_way_out(own_step):
    with pytest.raises(
        ValueError, match=r"has no loss: `compile` was.*`train_step`.*pass the same"
    ):
        trace(own_step, X, Y)
    assert trace(own_step, X).loss is None


@pytest.mark.parametrize("loss", [3, "mze", ["mse"]])
def test_what_is_no_loss(own_step, loss):
    with pytest.raises(ValueError, match=r"Received loss=.*Expected what `compile` takes as one"):
        trace(own_step, X, Y, loss=loss)


def test_labels_that_the_loss_does_not_take(own_step):
    with pytest.raises(
        ValueError, match=r"cannot be computed from labels of shape \(6, 4, 4\).*out"
    ):
        trace(own_step, X, np.ones((6, 4, 4)), loss=lambda y, y_pred: ops.matmul(y, y_pred))


def test_a_composite_model_is_looked_into_by_its_parts():
    class Adversarial(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras.Sequential(
                [keras.Input((5, 2)), layers.LSTM(3), layers.Dense(1)]
            )

    model = Adversarial()
    with pytest.raises(ValueError, match=r"has no `call`.*trace\(model.generator, ...\)"):
        trace(model, X)
    measured = trace(model.generator, X, loss=lambda y, y_pred: ops.mean(y_pred))
    assert np.abs(measured["lstm"].state_gradients["h"]).max() > 0


class TestLossScale:
    def model(self, scale):
        stack = [layers.SimpleRNN(3, dtype="mixed_float16"), layers.Dense(1, dtype="mixed_float16")]
        model = keras.Sequential([keras.Input((5, 2)), *stack])
        optimizer = keras.optimizers.LossScaleOptimizer(
            keras.optimizers.SGD(0.01), initial_scale=scale
        )
        model.compile(optimizer, loss="mse")
        exact = keras.Sequential([keras.Input((5, 2)), layers.SimpleRNN(3), layers.Dense(1)])
        exact.compile(loss="mse")
        exact.set_weights(model.get_weights())
        return model, exact

    def test_where_it_overflows_it_is_halved(self):
        """Labels 30 times the input: at 2^15 the gradient of the output is infinite in float16."""
        model, exact = self.model(2.0**15)
        y = 30 * X[:, -1, :1]
        (measured,), (wanted,) = (trace(one, X, y).values() for one in (model, exact))
        actual, expected = (layer.state_gradients["h"] for layer in (measured, wanted))
        assert np.abs(actual - expected).max() < 0.01 * np.abs(expected).max()
        assert model.optimizer.initial_scale == 2.0**15

    def test_a_gradient_that_is_no_number_stays_so(self):
        model, _ = self.model(2.0**15)
        y = Y.copy()
        y[1] = np.nan
        gradient = trace(model, X, y)["simple_rnn"].state_gradients["h"]
        assert np.isnan(gradient[1]).all()

    def test_it_is_read_at_each_call(self):
        """What is 1e-9 underflows without it; the scaler moves it as training goes on."""
        model, _ = self.model(2.0**15)
        model.compile(model.optimizer, loss="mse", loss_weights=1e-9)
        model.optimizer.build(model.trainable_variables)
        largest = []
        for scale in (1.0, 2.0**15, 1.0):
            model.optimizer.dynamic_scale.assign(scale)
            gradients = trace(model, X, Y)["simple_rnn"].state_gradients["h"]
            largest.append(np.abs(gradients[:, -1]).max())
        assert largest[0] == largest[2] == 0
        assert 0 < largest[1] < 1e-8


def test_a_sample_that_is_not_a_number_leaves_the_others_alone():
    """A masked layer that shows all steps: whether it repeats was once asked of NaN."""
    x = keras.Input((4, 2))
    hidden = layers.SimpleRNN(3, return_sequences=True, name="rnn")(layers.Masking()(x))
    model = keras.Model(x, ops.sum(hidden, axis=[1, 2]))
    model.compile(loss="mse")
    batch = RNG.normal(size=(3, 4, 2)).astype("float32")
    batch[:, 2:] = 0.0  # masked
    finite = trace(model, batch, np.ones(3))["rnn"]
    batch[1, 0] = np.nan
    broken = trace(model, batch, np.ones(3))["rnn"]
    for name in ("output_gradients", "input_gradients"):
        expected, actual = getattr(finite, name), getattr(broken, name)
        np.testing.assert_allclose(actual[[0, 2]], expected[[0, 2]], rtol=1e-6)
        assert np.isnan(actual[1]).any()
    np.testing.assert_allclose(
        broken.state_gradients["h"][[0, 2]], finite.state_gradients["h"][[0, 2]], rtol=1e-6
    )


@pytest.mark.parametrize("handed_over", [False, True])
def test_a_number_for_each_sample_is_added_up_as_training_does(handed_over):
    model = keras.Sequential([keras.Input((5, 2)), layers.LSTM(3, name="lstm"), layers.Dense(1)])
    each = keras.losses.MeanSquaredError(reduction="none")
    model.compile("sgd", loss="mse" if handed_over else each)
    value, expected = tape_of(model, X, lambda x: tf.reduce_sum((model(x) - Y) ** 2))
    t = trace(model, X, Y, loss=each if handed_over else None)
    assert t.loss == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(t["lstm"].input_gradients, expected, rtol=1e-4, atol=1e-6)


def test_the_reason_of_an_eager_error_is_what_is_wrong_and_no_more():
    with pytest.raises(tf.errors.OpError) as raised:
        tf.cast(tf.constant(["a"]), tf.float32)
    assert reason(raised.value) == "Cast string to float is not supported"
