"""Gates and units that look ill and are right: saturated, linear, grown, or done with learning."""

import functools

import keras
import numpy as np
from case import Case, Healthy
from networks import adam, answer, network, number, recurrent, set_gate
from samples import sines, task

from keras_rnn_study.runs.gate_biases import set_chrono_biases


def holding(*, forget: float, input_bias: float, gap: int) -> Case:
    """Recall with gates that keep what is there and let little in."""
    samples = task("recall", gap)
    layer = recurrent("lstm", 24)
    model = network(samples, layer, answer(8))
    set_gate(layer, 1, forget)
    set_gate(layer, 0, input_bias)
    return samples.case(model)


def chrono(*, cell: str, gap: int) -> Case:
    """Start the gates as Tallec & Ollivier do."""
    samples = task("recall", gap)
    layer = recurrent(cell, 24)
    model = network(samples, layer, answer(8))
    set_chrono_biases(layer, gap, np.random.default_rng(0))
    return samples.case(model)


def irnn(*, name: str, gap: int, deviation: float = 0.1, rate: float = 0.003) -> Case:
    """Start a simple RNN of ReLU units at the identity."""
    samples = task(name, gap)
    layer = recurrent(
        "simple_rnn",
        32,
        activation="relu",
        kernel_initializer=keras.initializers.RandomNormal(stddev=deviation),
        recurrent_initializer="identity",
    )
    last = answer(int(samples.y.max()) + 1)
    return samples.case(network(samples, layer, last, optimizer=adam(rate)))


def trained(*, cell: str, name: str, gap: int, before: int, classes: int) -> Case:
    """Bring a model that has learned already."""
    samples = task(name, gap)
    case = samples.case(network(samples, recurrent(cell), answer(classes)))
    case.fit(before)
    return case


def linear_memory() -> Case:
    """Forecast by linear recurrent units, as a linear filter does."""
    samples = sines()
    layer = recurrent("simple_rnn", 16, activation="linear", recurrent_initializer=_shrinking())
    return samples.case(network(samples, layer, number(), loss="mse", optimizer=adam(0.003)))


def _shrinking() -> keras.initializers.Initializer:
    return keras.initializers.Orthogonal(0.9)


def hard_gates() -> Case:
    """Use the piecewise linear gates of older versions of Keras."""
    samples = task("recall", 4)
    layer = recurrent("lstm", recurrent_activation="hard_sigmoid")
    return samples.case(network(samples, layer, answer(8)))


def half_dead() -> Case:
    """Use a hidden ReLU layer of which half the units are silent, as is usual."""
    samples = task("digits", 0)
    layer = keras.layers.Dense(48, activation="relu")
    return samples.case(network(samples, recurrent("gru"), layer, answer(10)))


def large_kernel() -> Case:
    """Write symbols into the state at full strength: one-hot inputs that saturate by intent."""
    samples = task("recall", 6)
    kernel = keras.initializers.Orthogonal(2.0)
    layer = recurrent("lstm", 24, kernel_initializer=kernel)
    return samples.case(network(samples, layer, answer(8)))


HOLDS = "gates near 0 and 1 from the start: they hold the memory"
DONE = "gradients near 0 because the loss is"

HEALTHY = [
    Healthy(
        name="holding_gates",
        odd=HOLDS,
        make=functools.partial(holding, forget=4.0, input_bias=-2.0, gap=30),
    ),
    Healthy(
        name="holding_gates_gap_15",
        odd=HOLDS,
        make=functools.partial(holding, forget=5.0, input_bias=-2.0, gap=15),
    ),
    Healthy(
        name="chrono_lstm",
        odd=HOLDS,
        make=functools.partial(chrono, cell="lstm", gap=40),
        updates=384,
    ),
    Healthy(name="chrono_gru", odd=HOLDS, make=functools.partial(chrono, cell="gru", gap=40)),
    Healthy(
        name="irnn_recall",
        odd="states without a bound",
        make=functools.partial(irnn, name="recall", gap=15),
    ),
    Healthy(
        name="irnn_digits",
        odd="states without a bound",
        make=functools.partial(irnn, name="digits", gap=0),
    ),
    Healthy(
        name="irnn_small_kernel",
        odd="all units nearly alike and hardly any response at the start",
        make=functools.partial(irnn, name="recall", gap=4, deviation=0.001),
        updates=320,
    ),
    Healthy(
        name="done_recall",
        odd=DONE,
        make=functools.partial(trained, cell="lstm", name="recall", gap=3, before=480, classes=8),
        updates=64,
    ),
    Healthy(
        name="done_latch",
        odd=f"{DONE}; saturated units",
        make=functools.partial(
            trained, cell="simple_rnn", name="latch", gap=5, before=480, classes=2
        ),
        updates=64,
    ),
    Healthy(
        name="done_digits",
        odd=DONE,
        make=functools.partial(trained, cell="gru", name="digits", gap=0, before=640, classes=10),
        updates=64,
    ),
    Healthy(name="linear_units", odd="states without a bound", make=linear_memory),
    Healthy(name="hard_sigmoid", odd="gates of another kind", make=hard_gates),
    Healthy(name="silent_relu_units", odd="half of the units are silent", make=half_dead),
    Healthy(name="strong_writing", odd="inputs that saturate candidates", make=large_kernel),
]
