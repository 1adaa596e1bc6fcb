"""The gradient on its way back: it vanishes, it explodes, it is clipped to nothing."""

from functools import partial

import keras
from case import Case, Patient
from networks import adam, answer, network, recurrent, sgd, stack
from samples import late_recall, task


def recall(
    *,
    cell: str = "simple_rnn",
    gap: int = 12,
    units: int = 24,
    layers: int = 1,
    gain: float = 1.0,
    activation: str = "tanh",
    learning_rate: float = 0.005,
    samples: object = None,
) -> Case:
    """Recall over a gap: what multiplies on the way back is the recurrent kernel's gain."""
    samples = samples or task("recall", gap)
    cells = stack(
        cell,
        layers,
        units,
        activation=activation,
        recurrent_initializer=keras.initializers.Orthogonal(gain),
    )
    return samples.case(
        network(samples, *cells, answer(8), optimizer=adam(learning_rate)),
    )


def latch(*, gain: float) -> Case:
    """Keep a sign."""
    samples = task("latch", 30)
    cell = recurrent("simple_rnn", 16, recurrent_initializer=keras.initializers.Identity(gain))
    return samples.case(network(samples, cell, answer(2), optimizer=adam(0.003)))


def started(*, initializer: str) -> Case:
    """Recall over a gap of 20, from different recurrent kernels."""
    samples = task("recall", 20)
    start = {
        "orthogonal": "orthogonal",
        "small": keras.initializers.RandomNormal(stddev=0.04),
    }[initializer]
    cell = recurrent("simple_rnn", 32, recurrent_initializer=start)
    return samples.case(network(samples, cell, answer(8), optimizer=adam(0.005)))


def deep_answer(*, activation: str) -> Case:
    """Read the state by six dense layers."""
    samples = task("recall", 3)
    hidden = [keras.layers.Dense(24, activation=activation) for _ in range(6)]
    return samples.case(network(samples, recurrent("lstm"), *hidden, answer(8)))


def clipped(*, cell: str, gap: int = 3, **clip: float) -> Case:
    """Learn by plain gradient descent with a limit on the gradient."""
    samples = task("recall", gap)
    model = network(samples, recurrent(cell), answer(8), optimizer=sgd(0.3, **clip))
    return samples.case(model)


SMALL_STEPS = {"learning_rate_too_low": "a limit far below every gradient is a small step"}
CHAOS = {
    "saturated_units": "large recurrent weights saturate the units, too",
    "runaway_states": "states that differ by little run apart, forwards as backwards",
}

squashed = partial(
    Patient, cause="vanishing_gradient", setting="activation", ill="sigmoid", well="tanh"
)
far = partial(Patient, cause="vanishing_gradient", setting="gap", well=4)
large_kernel = partial(
    Patient, cause="exploding_gradient", setting="gain", well=1.0, acceptable=CHAOS
)

PATIENTS = [
    squashed(name="sigmoid_instead_of_tanh", make=recall),
    squashed(name="sigmoid_in_two_layers", make=partial(recall, layers=2, gap=6)),
    far(
        name="gap_of_80",
        make=partial(recall, cell="lstm", learning_rate=0.01),
        ill=80,
        acceptable={"short_memory": "an LSTM's gradient vanishes by its forget gates"},
    ),
    far(
        name="gru_gap_of_60",
        make=partial(recall, cell="gru", units=16, learning_rate=0.01),
        ill=60,
        acceptable={"short_memory": "a GRU's gradient vanishes by its update gates"},
    ),
    Patient(
        name="contracting_kernel",
        cause="vanishing_gradient",
        make=partial(recall, gap=15),
        setting="gain",
        ill=0.3,
        well=1.0,
    ),
    Patient(
        name="contracting_identity",
        cause="vanishing_gradient",
        make=latch,
        setting="gain",
        ill=0.5,
        well=1.0,
    ),
    Patient(
        name="small_normal_kernel",
        cause="vanishing_gradient",
        make=started,
        setting="initializer",
        ill="small",
        well="orthogonal",
    ),
    Patient(
        name="six_sigmoids_before_the_answer",
        cause="vanishing_gradient",
        make=deep_answer,
        setting="activation",
        ill="sigmoid",
        well="relu",
        acceptable={
            "input_ignored": "what is left of the state after six squashings is a constant",
            "learns_label_mean": "what the output's bias can learn without the state",
        },
    ),
    large_kernel(name="chaotic_simple_rnn", make=partial(recall, gap=30, units=32), ill=2.5),
    large_kernel(name="chaotic_small_rnn", make=partial(recall, gap=20, units=16), ill=3.0),
    large_kernel(
        name="chaotic_lstm",
        make=partial(recall, cell="lstm", samples=late_recall(40, 2), learning_rate=0.01),
        ill=12.0,
    ),
    large_kernel(name="chaotic_two_layers", make=partial(recall, gap=20, layers=2), ill=2.5),
    Patient(
        name="norm_limit_of_a_ten_thousandth",
        cause="clipped_always",
        make=partial(clipped, cell="lstm"),
        setting="global_clipnorm",
        ill=0.0001,
        well=1.0,
        acceptable=SMALL_STEPS,
    ),
    Patient(
        name="each_norm_limited_to_a_ten_thousandth",
        cause="clipped_always",
        make=partial(clipped, cell="gru"),
        setting="clipnorm",
        ill=0.0001,
        well=1.0,
        acceptable=SMALL_STEPS,
    ),
    Patient(
        name="value_limit_of_a_millionth",
        cause="clipped_always",
        make=partial(clipped, cell="simple_rnn"),
        setting="clipvalue",
        ill=1e-06,
        well=0.5,
        acceptable=SMALL_STEPS,
    ),
]
