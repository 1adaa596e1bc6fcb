"""How the training is set up: steps too large or too small, a bad start, too little data."""

from functools import partial

import keras
from case import Case, Patient
from criteria import generalises_less
from networks import answer, embedding, network, number, recurrent, sgd
from samples import sines, task


def step(*, rate: float, optimizer: str, cell: str, name: str = "recall", gap: int = 3) -> Case:
    """Train with a learning rate."""
    samples = sines() if name == "sines" else task(name, gap)
    chosen = keras.optimizers.get(optimizer)
    chosen.learning_rate = rate
    front = [embedding(samples)] if samples.x.ndim == 2 else []
    if name == "sines":
        last, loss = number(), "mse"
    else:
        last, loss = answer(int(samples.y.max()) + 1), "sparse_categorical_crossentropy"
    return samples.case(
        network(samples, *front, recurrent(cell), last, loss=loss, optimizer=chosen)
    )


def output_kernel(*, deviation: float, cell: str, rate: float = 0.01) -> Case:
    """Start the answer's kernel small or large."""
    samples = task("recall", 4)
    kernel = keras.initializers.RandomNormal(stddev=deviation)
    return samples.case(
        network(samples, recurrent(cell), answer(8, kernel_initializer=kernel), optimizer=sgd(rate))
    )


def far_target(*, first_guess: str, level: float, cell: str) -> Case:
    """Forecast numbers around a level, with an output that starts at 0 or at their mean."""
    samples = sines()
    samples = samples.but(y=samples.y + level, test_y=samples.test_y + level)
    bias = keras.initializers.Constant(level if first_guess == "mean" else 0)
    last = number(bias_initializer=bias)
    return samples.case(network(samples, recurrent(cell, 16), last, loss="mse"))


def wrong_at_first(*, bias: float) -> Case:
    """Start sure of one class."""
    samples = task("digits", 0)
    sure = [bias] + [0.0] * 9
    last = answer(10)
    model = network(samples, recurrent("gru"), last)
    last.bias.assign(sure)
    return samples.case(model)


def few(
    *, num_train: int, name: str, gap: int, cell: str, units: int = 48, before: int = 448
) -> Case:
    """Train for long on few samples, or on many."""
    samples = task(name, gap, num_train=num_train)
    front = [embedding(samples)] if samples.x.ndim == 2 else []
    model = network(samples, *front, recurrent(cell, units), answer(int(samples.y.max()) + 1))
    case = samples.case(model, validation_data=(samples.test_x, samples.test_y))
    case.fit(before)
    return case


WILD = {
    "saturated_units": "steps this large throw the units to their ends",
    "not_a_number": "steps this large can overflow",
}

too_fast = partial(Patient, cause="learning_rate_too_high", setting="rate", acceptable=WILD)
too_slow = partial(Patient, cause="learning_rate_too_low", setting="rate")
large_answers = partial(Patient, cause="initial_loss_too_high", setting="deviation", well=0.3)
far_off = partial(
    Patient, cause="initial_loss_too_high", setting="first_guess", ill="zero", well="mean"
)
by_heart = partial(
    Patient,
    cause="overfitting",
    setting="num_train",
    well=2048,
    shown_by=generalises_less,
    updates=64,
)

PATIENTS = [
    too_fast(
        name="adam_at_30", make=partial(step, optimizer="adam", cell="lstm"), ill=30.0, well=0.01
    ),
    too_fast(
        name="rmsprop_at_1",
        make=partial(step, optimizer="rmsprop", cell="gru", name="digits", gap=0),
        ill=1.0,
        well=0.01,
    ),
    too_fast(
        name="sgd_at_300",
        make=partial(step, optimizer="sgd", cell="simple_rnn", gap=2),
        ill=300.0,
        well=1.0,
    ),
    too_fast(
        name="adam_at_1_forecast",
        make=partial(step, optimizer="adam", cell="simple_rnn", name="sines"),
        ill=1.0,
        well=0.01,
    ),
    too_slow(
        name="adam_at_a_millionth",
        make=partial(step, optimizer="adam", cell="lstm"),
        ill=1e-06,
        well=0.01,
    ),
    too_slow(
        name="sgd_at_a_hundred_thousandth",
        make=partial(step, optimizer="sgd", cell="simple_rnn", gap=2),
        ill=1e-05,
        well=1.0,
    ),
    too_slow(
        name="rmsprop_at_a_millionth",
        make=partial(step, optimizer="rmsprop", cell="gru", name="digits", gap=0),
        ill=1e-06,
        well=0.01,
    ),
    too_slow(
        name="adam_at_a_millionth_brackets",
        make=partial(step, optimizer="adam", cell="gru", name="brackets", gap=4),
        ill=1e-06,
        well=0.01,
    ),
    large_answers(
        name="answer_kernel_of_deviation_100",
        make=partial(output_kernel, cell="lstm", rate=0.2),
        ill=100.0,
    ),
    large_answers(
        name="answer_kernel_of_deviation_50",
        make=partial(output_kernel, cell="simple_rnn"),
        ill=50.0,
    ),
    far_off(name="targets_around_500", make=partial(far_target, level=500.0, cell="lstm")),
    far_off(name="targets_around_minus_80", make=partial(far_target, level=-80.0, cell="gru")),
    Patient(
        name="sure_of_one_digit",
        cause="initial_loss_too_high",
        make=wrong_at_first,
        setting="bias",
        ill=100.0,
        well=0.0,
    ),
    by_heart(
        name="64_short_sentences_by_heart",
        make=partial(few, name="agreement", gap=3, cell="lstm"),
        ill=64,
    ),
    by_heart(
        name="32_digits_by_heart", make=partial(few, name="digits", gap=0, cell="gru"), ill=32
    ),
    by_heart(
        name="64_sentences_by_heart", make=partial(few, name="agreement", gap=5, cell="gru"), ill=64
    ),
]
