"""Gates: a memory shorter than the distance, a memory into which noise runs."""

from functools import partial

import numpy as np
from case import Case, Patient
from networks import adam, answer, network, number, recurrent, set_gate
from samples import Samples, task

import keras_rnn_study.runs.gate_biases as gate_biases

INPUT, FORGET = 0, 1  # of an LSTM
UPDATE = 0  # of a GRU: Keras' keeps the old state where it is 1


def lstm(
    *,
    name: str = "recall",
    gap: int,
    forget: float = 3.0,
    input_bias: float = 0.0,
    units: int = 24,
    learning_rate: float = 0.01,
) -> Case:
    """Train an LSTM whose gates start at given biases."""
    samples = task(name, gap)
    layer = recurrent("lstm", units)
    model = network(
        samples, layer, *_answer(samples), loss=_loss(samples), optimizer=adam(learning_rate)
    )
    set_gate(layer, FORGET, forget)
    set_gate(layer, INPUT, input_bias)
    return samples.case(model)


def gru(*, gap: int, keep: float, name: str = "recall", units: int = 24) -> Case:
    """Train a GRU whose update gate starts at a given bias."""
    samples = task(name, gap)
    layer = recurrent("gru", units)
    model = network(samples, layer, *_answer(samples), loss=_loss(samples))
    set_gate(layer, UPDATE, keep)
    return samples.case(model)


def spread(*, start: str, gap: int, cell: str) -> Case:
    """Recall over a long gap with Keras' gates, or with those of Tallec & Ollivier."""
    samples = task("recall", gap)
    layer = recurrent(cell, 32)
    model = network(samples, layer, answer(8))
    if start == "chrono":
        gate_biases.set_chrono_biases(layer, gap, np.random.default_rng(0))
    return samples.case(model)


def _answer(samples: Samples) -> list[object]:
    return [answer(int(samples.y.max()) + 1) if samples.y.dtype.kind == "i" else number()]


def _loss(samples: Samples) -> str:
    is_class = samples.y.dtype.kind == "i"
    return "sparse_categorical_crossentropy" if is_class else "mean_squared_error"


PRODUCT = {"vanishing_gradient": "the product of the forget gates is the gradient's way back"}
NOISE = {
    "saturated_units": "a cell that drifts ends where its tanh is flat",
    "runaway_states": "a cell that adds up its inputs grows with each step",
}

forgetful_lstm = partial(Patient, cause="short_memory", setting="forget", acceptable=PRODUCT)
forgetful_gru = partial(Patient, cause="short_memory", setting="keep", acceptable=PRODUCT)
forgetful_start = partial(
    Patient,
    cause="short_memory",
    setting="start",
    ill="keras",
    well="chrono",
    acceptable=PRODUCT,
    updates=288,
)
drifting = partial(Patient, cause="state_drift", setting="input_bias", acceptable=NOISE)

PATIENTS = [
    forgetful_lstm(name="forget_bias_of_minus_3", make=partial(lstm, gap=30), ill=-3.0, well=3.0),
    forgetful_lstm(
        name="latch_forgets", make=partial(lstm, name="latch", gap=25, units=12), ill=-2.0, well=4.0
    ),
    forgetful_lstm(
        name="order_forgotten",
        make=partial(lstm, name="temporal_order", gap=12),
        ill=-2.0,
        well=3.0,
        updates=320,
    ),
    forgetful_gru(name="update_bias_of_minus_4", make=partial(gru, gap=15), ill=-4.0, well=2.0),
    forgetful_gru(
        name="gru_latch_forgets",
        make=partial(gru, name="latch", gap=40, units=8),
        ill=-3.0,
        well=3.0,
    ),
    forgetful_start(name="keras_gates_gap_of_70", make=partial(spread, gap=70, cell="lstm")),
    forgetful_start(name="keras_gru_gap_of_70", make=partial(spread, gap=70, cell="gru")),
    drifting(name="drift_over_60", make=partial(lstm, gap=60, forget=7.0), ill=0.0, well=-4.0),
    drifting(
        name="drift_wide_open", make=partial(lstm, gap=60, forget=7.0, units=32), ill=2.0, well=-4.0
    ),
    drifting(
        name="drift_open_input_gate",
        make=partial(lstm, gap=40, forget=7.0, units=16),
        ill=1.0,
        well=-3.0,
    ),
]
