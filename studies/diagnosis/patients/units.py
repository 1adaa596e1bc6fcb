"""Units that all do nothing: saturated, dead, or each like the other."""

from functools import partial

import keras
from case import Case, Patient
from networks import answer, network, number, recurrent
from samples import sines, task


def scaled_kernel(*, deviation: float, cell: str, gap: int = 3) -> Case:
    """Recall with an input kernel of given size."""
    samples = task("recall", gap)
    normal = keras.initializers.RandomNormal(stddev=deviation)
    return samples.case(network(samples, recurrent(cell, kernel_initializer=normal), answer(8)))


def shifted(
    *, bias: float, cell: str = "simple_rnn", activation: str = "tanh", gap: int = 3
) -> Case:
    """Recall with units whose bias starts at a value."""
    samples = task("recall", gap)
    layer = recurrent(
        cell,
        activation=activation,
        bias_initializer=keras.initializers.Constant(bias),
        **({"unit_forget_bias": False} if cell == "lstm" else {}),
    )
    return samples.case(network(samples, layer, answer(8)))


def hidden(*, bias: float, units: int) -> Case:
    """Forecast by a hidden layer of ReLU units whose bias starts at a value."""
    samples = sines()
    layer = keras.layers.Dense(
        units, activation="relu", bias_initializer=keras.initializers.Constant(bias)
    )
    return samples.case(network(samples, recurrent("gru", 16), layer, number(), loss="mse"))


def alike(*, start: str, cell: str, name: str = "recall", gap: int = 3) -> Case:
    """Start all kernels alike or not."""
    samples = task(name, gap)
    classes = int(samples.y.max()) + 1
    kernels = keras.initializers.Constant(0.1) if start == "constant" else start
    layer = recurrent(cell, kernel_initializer=kernels, recurrent_initializer=kernels)
    return samples.case(network(samples, layer, answer(classes, kernel_initializer=kernels)))


FLAT = {"vanishing_gradient": "a flat unit hands no gradient on: the same by its effect"}
NOTHING = {
    "no_gradient": "dead units hand on a gradient of exactly zero",
    "input_ignored": "the output of dead units is the same for all inputs",
    "learns_label_mean": "all that is left to learn is the answer's bias",
}

saturated = partial(
    Patient, cause="saturated_units", setting="deviation", ill=30.0, well=0.3, acceptable=FLAT
)
dead = partial(Patient, cause="dead_units", setting="bias", ill=-5.0, well=0.0, acceptable=NOTHING)
all_alike = partial(Patient, cause="identical_units", setting="start", well="glorot_uniform")

PATIENTS = [
    saturated(name="kernel_of_deviation_30", make=partial(scaled_kernel, cell="simple_rnn")),
    saturated(name="gates_all_or_nothing", make=partial(scaled_kernel, cell="lstm", gap=5)),
    saturated(name="gru_all_or_nothing", make=partial(scaled_kernel, cell="gru", gap=5)),
    Patient(
        name="bias_of_6",
        cause="saturated_units",
        make=shifted,
        setting="bias",
        ill=6.0,
        well=0.0,
        acceptable=FLAT,
    ),
    dead(name="dead_relu_states", make=partial(shifted, activation="relu")),
    Patient(
        name="dead_hidden_layer",
        cause="dead_units",
        make=partial(hidden, units=16),
        setting="bias",
        ill=-10.0,
        well=0.0,
        acceptable=NOTHING,
    ),
    dead(name="dead_gru_candidates", make=partial(shifted, cell="gru", activation="relu", gap=2)),
    dead(name="dead_lstm_candidates", make=partial(shifted, cell="lstm", activation="relu", gap=2)),
    all_alike(name="all_weights_a_tenth", make=partial(alike, cell="simple_rnn"), ill="constant"),
    all_alike(name="lstm_of_ones", make=partial(alike, cell="lstm"), ill="constant"),
    all_alike(
        name="gru_digits_alike",
        make=partial(alike, cell="gru", name="digits", gap=0),
        ill="constant",
    ),
    all_alike(
        name="all_weights_zero",
        make=partial(alike, cell="lstm", gap=2),
        ill="zeros",
        acceptable=NOTHING,
    ),
]
