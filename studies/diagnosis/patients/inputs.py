"""What is wrong with the inputs before any layer sees them."""

from functools import partial

import numpy as np
from case import Case, Patient
from networks import answer, network, number, recurrent
from samples import UNITS, Samples, sines, task, weather


def scaled(*, scale: float, name: str, gap: int, cell: str) -> Case:
    """Multiply the inputs of a task."""
    samples = task(name, gap).with_inputs(lambda x: x * scale)
    classes = int(samples.y.max()) + 1
    return samples.case(network(samples, recurrent(cell), answer(classes)))


def raw_weather(*, units: str, cell: str) -> Case:
    """Forecast from standardised columns, or in kelvin, pascal and per cent."""
    samples = weather()
    if units == "raw":
        mean, deviation = np.float32(UNITS["mean"]), np.float32(UNITS["deviation"])
        samples = samples.with_inputs(lambda x: x * deviation + mean)
    return samples.case(network(samples, recurrent(cell, 16), number(), loss="mse"))


def priced(*, level: float) -> Case:
    """Forecast a change from prices around a level."""
    samples = sines().with_inputs(lambda x: x + level)
    return samples.case(network(samples, recurrent("simple_rnn", 16), number(), loss="mse"))


def broken(*, value: float, share: float, cell: str, name: str, gap: int = 0) -> Case:
    """Set some readings of the training inputs to a value."""
    samples = sines() if name == "sines" else task(name, gap)
    x = samples.x.copy()
    hit = np.random.default_rng(6).random(x.shape[:2]) < share
    x[hit, 0] = value
    samples = samples.but(x=x)
    if name == "sines":
        return samples.case(network(samples, recurrent(cell, 16), number(), loss="mse"))
    return samples.case(network(samples, recurrent(cell), answer(int(samples.y.max()) + 1)))


def columns(*, kept: str, name: str, gap: int, cell: str) -> Case:
    """Replace columns by a constant, as by a slip in preparing them."""
    samples = task(name, gap)
    informative = {"recall": slice(0, 8), "digits": slice(0, 8), "latch": slice(0, 1)}[name]

    def prepared(x: np.ndarray) -> np.ndarray:
        x = x.copy()
        if kept == "none":
            x[..., informative] = 0.5
        return x

    samples = samples.with_inputs(prepared)
    classes = int(samples.y.max()) + 1
    return samples.case(network(samples, recurrent(cell), answer(classes)))


def turned(*, axes: str, samples: Samples, cell: str, units: int = 24) -> Case:
    """Feed `(batch, time, features)` or `(batch, features, time)`."""
    if axes == "features, time":
        samples = samples.with_inputs(lambda x: np.ascontiguousarray(x.transpose(0, 2, 1)))
        samples = samples.but(evidence=None)
    return samples.case(network(samples, recurrent(cell, units), number(), loss="mse"))


LARGE = {"saturated_units": "inputs of this size saturate every unit that they reach"}
NO_NUMBER = {"not_a_number": "a state is no number from the first such input on"}
NOTHING_SEEN = {
    "input_ignored": "the output cannot depend on what does not vary",
    "learns_label_mean": "without the informative columns only the mean can be learned",
}

unscaled = partial(Patient, cause="unscaled_inputs", setting="scale", well=1.0)
in_raw_units = partial(
    Patient,
    cause="unscaled_inputs",
    setting="units",
    ill="raw",
    well="standardised",
    acceptable=LARGE,
)
with_gaps = partial(Patient, cause="nan_inputs", setting="value", well=0.0)
constant_column = partial(
    Patient,
    cause="constant_features",
    setting="kept",
    ill="none",
    well="all",
    acceptable=NOTHING_SEEN,
)
turned_axes = partial(
    Patient, cause="swapped_axes", setting="axes", ill="features, time", well="time, features"
)

PATIENTS = [
    unscaled(
        name="one_hot_times_300",
        make=partial(scaled, name="recall", gap=4, cell="simple_rnn"),
        ill=300.0,
        acceptable=LARGE,
    ),
    unscaled(
        name="digits_up_to_2000",
        make=partial(scaled, name="digits", gap=3, cell="lstm"),
        ill=2000.0,
        acceptable=LARGE,
    ),
    unscaled(
        name="latch_in_thousandths_of_a_thousandth",
        make=partial(scaled, name="latch", gap=5, cell="gru"),
        ill=1e-06,
        acceptable={"input_ignored": "the output hardly depends on inputs so small"},
    ),
    in_raw_units(name="kelvin_and_pascal", make=partial(raw_weather, cell="lstm")),
    in_raw_units(name="kelvin_and_pascal_gru", make=partial(raw_weather, cell="gru")),
    Patient(
        name="prices_around_20000",
        cause="unscaled_inputs",
        make=priced,
        setting="level",
        ill=20000.0,
        well=0.0,
        acceptable=LARGE,
    ),
    with_gaps(
        name="readings_missing",
        make=partial(broken, share=0.01, cell="lstm", name="sines"),
        ill=float("nan"),
        acceptable=NO_NUMBER,
    ),
    with_gaps(
        name="pixels_missing",
        make=partial(broken, share=0.002, cell="gru", name="digits"),
        ill=float("nan"),
        acceptable=NO_NUMBER,
    ),
    with_gaps(
        name="infinite_readings",
        make=partial(broken, share=0.01, cell="simple_rnn", name="recall", gap=2),
        ill=float("inf"),
        acceptable=NO_NUMBER | {"unscaled_inputs": "infinity is the largest of all scales"},
    ),
    constant_column(
        name="symbols_filled_with_a_half", make=partial(columns, name="recall", gap=3, cell="lstm")
    ),
    constant_column(
        name="pixels_filled_with_a_half", make=partial(columns, name="digits", gap=0, cell="gru")
    ),
    constant_column(
        name="latch_filled_with_a_half",
        make=partial(columns, name="latch", gap=5, cell="simple_rnn"),
    ),
    turned_axes(
        name="adding_turned",
        make=partial(turned, samples=task("adding", 0), cell="gru"),
        updates=480,
    ),
    turned_axes(
        name="product_turned",
        make=partial(turned, samples=task("multiplication", 0), cell="gru", units=32),
        updates=480,
    ),
    turned_axes(
        name="sum_of_any_two_turned",
        make=partial(
            turned, samples=task("adding", None, variant="le_2015", length=16), cell="gru", units=32
        ),
        updates=640,
    ),
]
