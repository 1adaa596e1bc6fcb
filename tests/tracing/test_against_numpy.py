"""A trace against float64 NumPy: states, gates, total and direct gradients, gradients of inputs."""

import functools
import itertools

import keras
import numpy as np
import pytest
import reference

from keras_rnn_study import trace

BATCH, TIME, FEATURES, UNITS, OUTPUTS = 3, 7, 2, 4, 2
CELLS = {
    "simple_rnn": lambda **k: keras.layers.SimpleRNN(UNITS, name="layer", **k),
    "lstm": lambda **k: keras.layers.LSTM(UNITS, name="layer", **k),
    "gru": lambda **k: keras.layers.GRU(UNITS, name="layer", **k),
    "gru_reset_before": lambda **k: keras.layers.GRU(UNITS, name="layer", reset_after=False, **k),
}
MASKS = {
    "unmasked": np.ones((BATCH, TIME), bool),
    "right-padded": np.array([[1] * 7, [1] * 4 + [0] * 3, [1] + [0] * 6], bool),
    "gaps": np.array([[0, 0, 1, 1, 0, 1, 0], [1, 0, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 1, 0]], bool),
}


class DropMask(keras.layers.Layer):
    """Keras' losses skip masked steps; without the mask, what is shown there counts too."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, x):
        return 1.0 * x  # a new tensor, as the old one carries its mask along

    def compute_mask(self, x, mask=None):
        return None


class Case:
    """One recurrent layer with a dense head, its Keras model and what NumPy needs to know."""

    def __init__(self, cell, mask="unmasked", return_sequences=False, go_backwards=False):
        rng = np.random.default_rng(3)
        self.cell, self.mask, self.go_backwards = cell, MASKS[mask], go_backwards
        self.x = rng.normal(size=(BATCH, TIME, FEATURES))
        shape = (BATCH, TIME, OUTPUTS) if return_sequences else (BATCH, OUTPUTS)
        self.y = rng.normal(size=shape)
        states = ["h", "c"] if cell == "lstm" else ["h"]
        self.initial = {name: 0.5 * rng.normal(size=(BATCH, UNITS)) for name in states}
        self.inputs = [self.x, *self.initial.values()]
        inputs = [keras.Input((TIME, FEATURES)), *(keras.Input((UNITS,)) for _ in states)]
        layer = CELLS[cell](return_sequences=return_sequences, go_backwards=go_backwards)
        keywords, initial_state = {}, inputs[1:]
        if mask != "unmasked":
            keywords["mask"] = keras.Input((TIME,), dtype="bool")
            inputs.append(keywords["mask"])
            self.inputs.append(self.mask)
        hidden = layer(inputs[0], initial_state=initial_state, **keywords)
        self.model = keras.Model(inputs, keras.layers.Dense(OUTPUTS)(DropMask()(hidden)))
        # An orthogonal kernel and no bias would hide many a mistake.
        self.model.set_weights([0.6 * rng.normal(size=w.shape) for w in self.model.get_weights()])
        self.model.compile(loss="mse")

    @functools.cached_property
    def trace(self):
        return trace(self.model, self.inputs, self.y)

    def arguments(self):
        """What `reference` takes, in the order in which the loop runs."""
        cell = self.model.get_layer("layer").cell
        weights = {k: np.float64(getattr(cell, k)) for k in ("kernel", "recurrent_kernel", "bias")}
        weights["head"], weights["head_bias"] = map(np.float64, self.model.layers[-1].get_weights())
        flip = (lambda a: a[:, ::-1]) if self.go_backwards else (lambda a: a)
        if self.y.ndim == 3:
            target, step_weights = self.y, np.full(TIME, 1 / TIME)
        else:
            target, step_weights = self.y[:, None], np.eye(TIME)[-1]
        return [
            self.cell,
            weights,
            flip(self.x),
            self.initial,
            flip(self.mask),
            target,
            step_weights,
        ]


@pytest.fixture(scope="module", autouse=True)
def _without_xla():
    """As users have it: XLA compiles the equations."""


case_of = functools.cache(Case)  # building a model and its trace takes most of the time


def close(actual, expected):
    """Relative to the largest value: below 1e-4."""
    scale = np.nanmax(np.abs(expected)) + 1e-30
    np.testing.assert_allclose(actual / scale, expected / scale, atol=1e-4, rtol=0)
    assert np.array_equal(np.isnan(actual), np.isnan(expected))


@pytest.mark.parametrize(
    ("mask", "return_sequences", "go_backwards"),
    [
        *itertools.product(["unmasked", "gaps"], [False, True], [False]),
        ("right-padded", False, False),
        ("right-padded", False, True),
        ("gaps", True, True),
    ],
)
@pytest.mark.parametrize("cell", CELLS)
def test_everything_is_what_numpy_computes(cell, mask, return_sequences, go_backwards):
    case = case_of(cell, mask, return_sequences, go_backwards)
    layer = case.trace["layer"]
    arguments = case.arguments()
    states, gates, _ = reference.forward(*arguments[:5])
    totals, direct, inputs = reference.total_gradients(*arguments)

    def at_input_steps(expected):  # the reference counts steps as the loop runs
        return expected[:, ::-1] if go_backwards else expected

    for name in states:
        close(layer.states[name], at_input_steps(states[name]))
        close(layer.state_gradients[name], at_input_steps(totals[name]))
    assert layer.gates.keys() == gates.keys()
    for name in gates:
        close(layer.gates[name], at_input_steps(gates[name]))
    close(layer.output_gradients, at_input_steps(direct))
    close(layer.input_gradients, at_input_steps(inputs))
    if mask == "unmasked":
        assert layer.mask is None
    else:
        assert np.array_equal(layer.mask, case.mask)


@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("mask", ["unmasked", "gaps"])
@pytest.mark.parametrize("cell", CELLS)
def test_total_gradients_are_differences_of_the_loss(cell, mask, return_sequences):
    case = case_of(cell, mask, return_sequences, False)
    layer = case.trace["layer"]
    for name in case.initial:
        for t in (0, 2, 4, TIME - 1):
            for sample in range(BATCH):
                expected = _difference(case.arguments(), name, sample, t)
                close(layer.state_gradients[name][sample, t], expected)


def _difference(arguments, name, sample, step, size=1e-6):
    """Central differences of the loss under a state changed at one step, one unit at a time."""
    return np.array(
        [
            (
                reference.loss_from(*arguments, bump=(name, sample, step, size * unit))
                - reference.loss_from(*arguments, bump=(name, sample, step, -size * unit))
            )
            / (2 * size)
            for unit in np.eye(UNITS)
        ]
    )


@pytest.mark.parametrize("cell", CELLS)
def test_the_loss_is_what_evaluate_says(cell):
    case = case_of(cell, "unmasked", False, False)
    assert case.trace.loss == pytest.approx(case.model.evaluate(case.inputs, case.y, verbose=0))


def test_total_and_direct_gradients_differ_where_the_paper_says():
    """With a loss on the last output only, the direct gradient is zero everywhere else."""
    layer = case_of("lstm", "unmasked", False, False).trace["layer"]
    assert np.all(layer.output_gradients[:, :-1] == 0)
    assert np.all(np.abs(layer.state_gradients["h"][:, :-1]).max(axis=(0, 2)) > 0)
    np.testing.assert_array_equal(layer.output_gradients[:, -1], layer.state_gradients["h"][:, -1])
