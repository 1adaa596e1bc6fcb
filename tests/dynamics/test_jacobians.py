"""The Jacobian of each step: against finite differences in float64 NumPy, and TensorFlow's own."""

import keras
import numpy as np
import pytest
import reference

from keras_rnn_study import dynamics, trace
from keras_rnn_study.dynamics.state_map import EquationsMap, StateMap, state_map
from keras_rnn_study.dynamics.trajectory import follow

BATCH, TIME, FEATURES, UNITS = 2, 5, 3, 4
LAYERS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "gru_reset_before": lambda *a, **k: keras.layers.GRU(*a, reset_after=False, **k),
}
OPTIONS = [
    ("simple_rnn", {"activation": None, "use_bias": False}),
    ("simple_rnn", {"activation": "softplus"}),
    ("lstm", {"activation": "relu", "recurrent_activation": "hard_sigmoid"}),
    ("lstm", {"recurrent_activation": None, "use_bias": False}),
    ("lstm", {"unit_forget_bias": False, "implementation": 1}),
    ("gru", {"activation": "softsign", "use_bias": False}),
    ("gru_reset_before", {"recurrent_activation": "hard_sigmoid", "activation": "gelu"}),
    ("lstm", {"recurrent_activation": "softmax"}),  # no equations: called
    ("gru", {"activation": "softmax"}),
]
X = np.random.default_rng(3).normal(size=(BATCH, TIME, FEATURES))


def filled(model, scale=0.6):
    """Weights that hide no mistake."""
    rng = np.random.default_rng(2)
    model.set_weights([rng.normal(0, scale, w.shape) for w in model.get_weights()])
    return model


def build(cell, *before, units=UNITS, **settings):
    layer = LAYERS[cell](units, name="layer", **settings)
    return filled(keras.Sequential([keras.Input((TIME, FEATURES)), *before, layer]))


def by_differences(cell, model, x, states, step=1e-6):
    """The Jacobian of one step of one sample, by the textbook's equations in float64."""
    of = model.get_layer("layer").cell
    weights = {name: np.float64(getattr(of, name)) for name in ("kernel", "recurrent_kernel")}
    weights["bias"] = np.float64(of.bias)
    names = ["h", "c"][: len(states) // UNITS]

    def after(s):
        new, _ = reference.STEPS[cell](
            weights, x, dict(zip(names, np.split(s, len(names)), strict=True))
        )
        return np.concatenate([new[name] for name in names])

    moves = step * np.eye(len(states))
    return np.stack([(after(states + m) - after(states - m)) / (2 * step) for m in moves], axis=1)


@pytest.mark.parametrize("cell", LAYERS)
def test_equal_finite_differences(cell):
    model = build(cell)
    step = state_map(model.get_layer("layer").cell, [(UNITS,)] * (1 + (cell == "lstm")))
    rng = np.random.default_rng(0)
    x, s = rng.normal(size=(6, FEATURES)), rng.normal(size=(6, step.num_states))
    for found, *at in zip(step.jacobian(x, s), x, s, strict=True):
        np.testing.assert_allclose(found, by_differences(cell, model, *at), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("cell", "backwards"), [("lstm", True), ("gru", False)])
def test_are_taken_along_the_trajectory(cell, backwards):
    model = build(cell, go_backwards=backwards)
    found = dynamics.jacobians(model, X)
    states = trace(model, X)["layer"].states
    states = np.float64(np.concatenate(list(states.values()), axis=-1))
    for b in range(BATCH):
        before = np.zeros(states.shape[-1])
        for t in range(TIME)[:: -1 if backwards else 1]:
            expected = by_differences(cell, model, X[b, t], before)
            np.testing.assert_allclose(found[b, t], expected, rtol=1e-5, atol=1e-6)
            before = states[b, t]


@pytest.mark.parametrize(("cell", "options"), OPTIONS)
def test_equations_and_tape_agree(cell, options):
    layer = build(cell, **options).get_layer("layer")
    states = 2 if cell == "lstm" else 1
    rng = np.random.default_rng(0)
    x, s = rng.normal(size=(6, FEATURES)), rng.normal(size=(6, states * UNITS))
    shapes = [(UNITS,)] * states
    by_tape, chosen = StateMap(layer.cell, shapes), state_map(layer.cell, shapes)
    assert isinstance(chosen, EquationsMap) != ("softmax" in options.values())
    np.testing.assert_allclose(chosen(x, s), by_tape(x, s), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(chosen.jacobian(x, s), by_tape.jacobian(x, s), rtol=1e-4, atol=1e-5)


def test_a_masked_step_changes_nothing():
    x = X.copy()
    x[0, 3:], x[1, 1] = 0, 0
    model = build("lstm", keras.layers.Masking())
    found = dynamics.jacobians(model, x)
    masked = np.zeros((BATCH, TIME), bool)
    masked[0, 3:], masked[1, 1] = True, True
    assert (found[masked] == np.eye(2 * UNITS)).all()
    assert not (found[~masked] == np.eye(2 * UNITS)).all(axis=(1, 2)).any()
    # The step behind a hole starts from the state before the hole.
    shorter = dynamics.jacobians(
        model, np.concatenate([x[1:, [0, 2, 3, 4]], np.zeros((1, 1, 3))], axis=1)
    )
    np.testing.assert_allclose(found[1, 2:], shorter[0, 1:4], atol=1e-6)


class Leaky(keras.layers.Layer):
    """h' = 0.9 h + tanh(x W), and a state that counts; a cell that nobody has equations for."""

    state_size, output_size = (UNITS, 1), UNITS

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], UNITS), name="w")

    def call(self, x, states):
        h, count = states
        new = 0.9 * h + keras.ops.tanh(x @ self.w) * count
        return new, [new, count + 1.0]


def test_any_cell_is_differentiated():
    model = keras.Sequential([keras.Input((TIME, FEATURES)), keras.layers.RNN(Leaky(), name="rnn")])
    found = dynamics.jacobians(filled(model), X)
    assert found.shape == (BATCH, TIME, UNITS + 1, UNITS + 1)
    w = np.float64(model.get_layer("rnn").cell.w)
    for t in range(TIME):
        expected = np.block(
            [[0.9 * np.eye(UNITS), np.tanh(X[0, t] @ w)[:, None]], [np.zeros(UNITS), np.ones(1)]]
        )
        np.testing.assert_allclose(found[0, t], expected, atol=1e-6)


def test_the_product_carries_the_gradient_of_a_trace():
    """With a loss at the end only, in any topology: here nested, a stack of cells, both ways."""
    cells = [keras.layers.GRUCell(3, name="lower"), keras.layers.LSTMCell(4, name="upper")]
    model = keras.Sequential(
        [
            keras.Input((TIME, FEATURES)),
            keras.Sequential([keras.layers.RNN(cells, name="rnn")], name="encoder"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mse")
    x, y = np.float32(X), np.ones((BATCH, 1))
    layer = trace(filled(model), x, y)["encoder/rnn/upper"]
    found = dynamics.jacobians(model, x, layer="encoder/rnn/upper")
    gradient = np.concatenate([layer.state_gradients["h"][:, -1], np.zeros((BATCH, 4))], axis=1)
    for t in range(TIME - 1, 0, -1):
        gradient = np.einsum("bi,bij->bj", gradient, found[:, t])
        h = layer.state_gradients["h"][:, t - 1]
        np.testing.assert_allclose(gradient[:, :4], h, rtol=1e-4, atol=1e-8)


def test_dropout_is_off_and_nothing_changes():
    model = build("lstm", dropout=0.5, recurrent_dropout=0.5)
    without = build("lstm")
    without.set_weights(model.get_weights()[: len(without.get_weights())])
    state = [np.array(v) for v in model.non_trainable_variables]
    np.testing.assert_array_equal(dynamics.jacobians(model, X), dynamics.jacobians(without, X))
    assert all(
        (a == b.numpy()).all() for a, b in zip(state, model.non_trainable_variables, strict=True)
    )


def test_a_convolutional_layer_has_its_states_flattened():
    model = keras.Sequential(
        [keras.Input((3, 4, 2)), keras.layers.ConvLSTM1D(2, 3, padding="same", name="conv")]
    )
    assert dynamics.jacobians(model, np.ones((1, 3, 4, 2))).shape == (1, 3, 16, 16)


def test_chunks_make_no_difference(monkeypatch):
    model = build("lstm")
    whole = follow(model, X).jacobians(0, TIME)
    monkeypatch.setattr("keras_rnn_study.dynamics.trajectory._MOST_NUMBERS", 2 * BATCH * 64)
    monkeypatch.setattr("keras_rnn_study.dynamics.state_map._MOST_NUMBERS", 3 * 64)
    path = follow(model, X)
    np.testing.assert_allclose(np.stack(list(path.forwards()), 1), whole, rtol=1e-12)
    np.testing.assert_allclose(
        np.stack(list(path.back_from(TIME - 2)), 1), whole[:, TIME - 2 :: -1], rtol=1e-12
    )


def test_what_cannot_be_answered_is_said():
    two = keras.Sequential(
        [
            keras.Input((TIME, FEATURES)),
            keras.layers.GRU(3, return_sequences=True, name="lower"),
            keras.layers.GRU(3, name="upper"),
        ]
    )
    with pytest.raises(ValueError, match="2 recurrent layers: 'lower', 'upper'"):
        dynamics.jacobians(two, X)
    with pytest.raises(ValueError, match="Did you mean 'lower'"):
        dynamics.jacobians(two, X, layer="lover")
    with pytest.raises(ValueError, match=r"take 0.0 GiB.*x\[:1\]"):
        dynamics.jacobians(two, X, layer="lower", max_gib=1e-7)
    with pytest.raises(ValueError, match="max_gib must be a number above 0"):
        dynamics.jacobians(two, X, layer="lower", max_gib=0)
