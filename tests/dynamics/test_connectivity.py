"""Which inputs the loss depends on: against finite differences, the trace and a linear model."""

import keras
import numpy as np
import pytest

from keras_rnn_study import dynamics, trace

BATCH, TIME, FEATURES, UNITS = 3, 5, 2, 4
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(BATCH, TIME, FEATURES)), RNG.normal(size=(BATCH, 1))
IDS = RNG.integers(1, 9, size=(BATCH, TIME))


def build(*layers, shape=(TIME, FEATURES), dtype="float64"):
    keras.config.set_floatx(dtype)
    try:
        model = keras.Sequential([keras.Input(shape), *[layer() for layer in layers]])
        model.add(keras.layers.Dense(1))
        model.compile(loss="mse")
    finally:
        keras.config.set_floatx("float32")
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.7, w.shape) for w in model.get_weights()])
    return model


def losses(model, many):
    """The loss of each of many batches, run as one: (many, batch, time, features) to (many,)."""
    predictions = model.predict(np.concatenate(many), batch_size=1000, verbose=0)
    return np.mean((predictions.reshape(len(many), *Y.shape) - Y) ** 2, axis=(1, 2))


def by_differences(model, step=1e-5):
    moves = step * np.eye(X.size).reshape(-1, *X.shape)
    up, down = losses(model, X + moves), losses(model, X - moves)
    return ((up - down) / (2 * step)).reshape(X.shape)


@pytest.fixture
def float64():
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


@pytest.mark.parametrize("kind", ["one way", "both ways"])
def test_the_gradient_by_finite_differences(kind, float64):
    gru = lambda: keras.layers.GRU(UNITS)  # noqa: E731
    model = build(gru if kind == "one way" else lambda: keras.layers.Bidirectional(gru()))
    keras.config.set_floatx("float64")
    found = dynamics.connectivity(model, X, Y)
    expected = by_differences(model)
    np.testing.assert_allclose(found.gradient, np.linalg.norm(expected, axis=2), rtol=1e-5)
    np.testing.assert_allclose(found.input_times_gradient, np.sum(X * expected, axis=2), rtol=1e-4)
    np.testing.assert_allclose(found.share.sum(axis=1), 1)


def test_tokens_are_those_of_the_embedding_and_masked_ones_have_none():
    ids = IDS.copy()
    ids[:, 3:] = 0
    embedding = lambda: keras.layers.Embedding(9, FEATURES, mask_zero=True)  # noqa: E731
    lstm = lambda: keras.layers.LSTM(UNITS, name="lstm")  # noqa: E731
    model = build(embedding, lstm, shape=(TIME,), dtype="float32")
    found = dynamics.connectivity(model, ids, Y)
    layer = trace(model, ids, Y)["lstm"]
    expected = np.linalg.norm(layer.input_gradients, axis=2)
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-4)
    product = np.sum(layer.inputs * layer.input_gradients, axis=2)
    np.testing.assert_allclose(found.input_times_gradient, product, rtol=1e-4, atol=1e-8)
    assert (found.gradient[:, 3:] == 0).all()
    assert (dynamics.occlusion(model, ids, Y, baseline=0)[:, 3:] == 0).all()


def test_the_trace_says_what_went_in_and_what_reaches_the_end():
    inputs = keras.Input((TIME, FEATURES))
    _, _, c = keras.layers.LSTM(UNITS, return_state=True, go_backwards=True, name="lstm")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(c))
    model.compile(loss="mse")
    layer = trace(model, X, Y)["lstm"]
    np.testing.assert_allclose(layer.inputs, X, rtol=1e-6)
    assert not layer.initial_states["h"].any()
    dense = model.layers[-1].get_weights()[0][:, 0]
    expected = 2 * (model.predict(X, verbose=0) - Y) / BATCH * dense
    np.testing.assert_allclose(layer.final_state_gradients["c"], expected, rtol=1e-4)
    assert not layer.final_state_gradients["h"].any()
    assert not layer.output_gradients.any()


def test_of_a_linear_model_both_are_exact():
    """L is linear in x: what is taken away is what input times gradient says."""
    rnn = lambda: keras.layers.SimpleRNN(UNITS, activation=None)  # noqa: E731
    model = build(rnn, dtype="float32")
    mean = lambda y, prediction: keras.ops.mean(prediction)  # noqa: E731
    found = dynamics.connectivity(model, X, Y, loss=mean)
    taken = dynamics.occlusion(model, X, Y, loss=mean)
    np.testing.assert_allclose(taken, -found.input_times_gradient, rtol=1e-3, atol=1e-5)


def test_occlusion_is_a_second_look_at_the_model():
    model = build(lambda: keras.layers.LSTM(UNITS), dtype="float32")
    found = dynamics.occlusion(model, X, Y, baseline=[0.5, -0.5])
    taken = np.repeat(X[None], BATCH * TIME, axis=0)
    for i, (b, t) in enumerate(np.ndindex(BATCH, TIME)):
        taken[i, b, t] = [0.5, -0.5]
    change = losses(model, taken) - losses(model, X[None])
    np.testing.assert_allclose(found, change.reshape(BATCH, TIME), atol=2e-6)


def test_several_sequences_have_names():
    one, other = keras.Input((TIME, FEATURES)), keras.Input((TIME,))
    embedded = keras.layers.Embedding(9, 3, name="words")(other)
    joined = keras.layers.concatenate([one, embedded])
    model = keras.Model([one, other], keras.layers.Dense(1)(keras.layers.GRU(3)(joined)))
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="2 sequences: 'input_0', 'words'"):
        dynamics.connectivity(model, [X, IDS], Y)
    with pytest.raises(ValueError, match="Did you mean 'words'"):
        dynamics.connectivity(model, [X, IDS], Y, source="word")
    layer = trace(model, [X, IDS], Y)["gru"].input_gradients
    for source, part in (("input_0", layer[..., :2]), ("words", layer[..., 2:])):
        found = dynamics.connectivity(model, [X, IDS], Y, source=source)
        np.testing.assert_allclose(found.gradient, np.linalg.norm(part, axis=2), rtol=1e-4)


def test_what_cannot_be_answered_is_said():
    model = build(lambda: keras.layers.GRU(UNITS), dtype="float32")
    with pytest.raises(ValueError, match="no loss to ask for"):
        dynamics.connectivity(model, X)
    with pytest.raises(ValueError, match="expected a number, or one for each feature"):
        dynamics.occlusion(model, X, Y, baseline=[1, 2, 3])
    with pytest.raises(ValueError, match="one array of numbers"):
        dynamics.occlusion(model, {"x": X}, Y)


def test_values_that_the_model_cannot_take_are_told():
    words = [lambda: keras.layers.Embedding(9, 3), lambda: keras.layers.GRU(3)]
    model = build(*words, shape=(TIME,), dtype="float32")
    for ask in (
        lambda: dynamics.connectivity(model, IDS + 9, Y),
        lambda: dynamics.connectivity(model, IDS, np.array([["a"]] * BATCH)),
        lambda: dynamics.occlusion(model, IDS, np.array([["a"]] * BATCH)),
        lambda: dynamics.occlusion(model, IDS, Y, baseline=9),
    ):
        with pytest.raises(ValueError, match=r"Expected values that|Pass labels as"):
            ask()
    with pytest.raises(ValueError, match="expected a token id"):
        dynamics.occlusion(model, IDS, Y, baseline=0.5)


def test_a_loss_may_do_without_labels():
    model = build(lambda: keras.layers.GRU(UNITS), dtype="float32")
    unlabelled = dynamics.occlusion(model, X, None, loss=lambda y, y_pred: y_pred)
    labelled = dynamics.occlusion(model, X, Y, loss=lambda y, y_pred: y_pred)
    np.testing.assert_array_equal(unlabelled, labelled)
    assert "strongest step" in repr(dynamics.connectivity(model, X, Y))


def test_a_loss_per_sample_is_that_of_their_sum():
    words = [lambda: keras.layers.Embedding(9, 3), lambda: keras.layers.GRU(3)]
    model = build(*words, shape=(TIME,), dtype="float32")
    losses = [keras.losses.MeanSquaredError(reduction=kind) for kind in ("none", "sum")]
    each, together = (vars(dynamics.connectivity(model, IDS, Y, loss=loss)) for loss in losses)
    np.testing.assert_equal(each, together)
    each, together = (dynamics.occlusion(model, IDS, Y, loss=loss) for loss in losses)
    np.testing.assert_allclose(each, together, rtol=1e-5)
